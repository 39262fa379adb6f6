import { Injectable } from '@nestjs/common';
import { IssuerDocuments } from '../domain/ports/issuer-documents.js';
import { OAuthSessions } from './oauth-session.js';

/** Fetches what the Authorization server publishes, by the same ways as everything else that comes from it. */
@Injectable()
export class OpenidIssuerDocuments extends IssuerDocuments {
  constructor(private readonly sessions: OAuthSessions) {
    super();
  }

  override async fetchKeys(): Promise<{ issuer: string; keys: readonly unknown[] }> {
    const { issuer, keys } = await this.sessions.get();
    await keys.reload();
    return { issuer, keys: keys.jwks()?.keys ?? [] };
  }

  override async fetchStatusList(uri: string): Promise<string> {
    const response = await this.sessions.fetch(uri, { headers: { accept: 'application/statuslist+jwt' } });
    if (!response.ok) throw new Error(`The status list at ${uri} was answered with ${response.status}.`);
    return (await response.text()).trim();
  }
}
