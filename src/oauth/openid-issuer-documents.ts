import { Injectable } from '@nestjs/common';
import { IssuerDocuments } from '../peers/issuer-documents.js';
import { OAuthSessions } from './oauth-session.js';

const longestListCharacters = 4 * 1024 * 1024;

/** Fetches what the Authorization server publishes, by the same ways as everything else that comes from it. */
@Injectable()
export class OpenidIssuerDocuments extends IssuerDocuments {
  constructor(private readonly sessions: OAuthSessions) {
    super();
  }

  override async fetchKeys(): Promise<readonly unknown[]> {
    const { keys } = await this.sessions.get();
    await keys.reload();
    return keys.jwks()?.keys ?? [];
  }

  override async fetchStatusList(uri: string): Promise<string> {
    const response = await this.sessions.fetch(uri, { headers: { accept: 'application/statuslist+jwt' } });
    if (!response.ok) throw new Error(`The status list at ${uri} was answered with ${response.status}.`);
    const text = await response.text();
    if (text.length > longestListCharacters) throw new Error(`The status list at ${uri} is too long.`);
    return text.trim();
  }
}
