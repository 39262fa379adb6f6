import { Injectable } from '@nestjs/common';
import { IssuerDocuments } from '../domain/ports/issuer-documents.js';
import { maxStatusListBytes } from './limit-answer.js';
import { OAuthSessions } from './oauth-session.js';

/** Fetches the public documents of the Authorization server over the same connection settings as other calls. */
@Injectable()
export class OpenidIssuerDocuments extends IssuerDocuments {
  constructor(private readonly sessions: OAuthSessions) {
    super();
  }

  override async fetchKeys(): Promise<{ issuer: string; keys: readonly unknown[] }> {
    const { issuer, keys } = await this.sessions.get();
    await keys.reload();
    return { issuer, keys: keys.keys };
  }

  override async fetchStatusList(uri: string): Promise<string> {
    const headers = { accept: 'application/statuslist+jwt' };
    const response = await this.sessions.fetch(uri, { headers }, maxStatusListBytes);
    if (!response.ok)
      throw new Error(`The request for the status list at ${uri} failed with HTTP ${response.status}.`);
    return (await response.text()).trim();
  }
}
