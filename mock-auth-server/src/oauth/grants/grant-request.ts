import type { Client } from '../clients.js';
import type { DpopProof } from '../dpop-proof.js';
import type { OAuthOutcome } from '../oauth-refusal.js';

/** The input of a grant, after client and proof are verified. */
export interface GrantRequest {
  client: Client;
  parameters: ReadonlyMap<string, string>;
  proof: DpopProof | null;
  /** The `iat` of the license token: the time of this server, which a fault may skew. */
  issuedAt: Date;
}

export interface TokenAnswer {
  access_token: string;
  token_type: 'Bearer' | 'DPoP';
  expires_in: number;
  refresh_token?: string;
}

export type GrantOutcome = OAuthOutcome<{ answer: TokenAnswer; event: string }>;
