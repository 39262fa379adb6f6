import type { Client } from '../clients.js';
import type { DpopProof } from '../dpop-proof.js';
import type { OAuthOutcome } from '../oauth-refusal.js';

/** What a grant is handed once client and proof are known to be good. */
export interface GrantRequest {
  client: Client;
  parameters: ReadonlyMap<string, string>;
  proof: DpopProof | null;
  /** The time that goes into the license token: that of the wire, which a fault may skew. */
  issuedAt: Date;
}

export interface TokenAnswer {
  access_token: string;
  token_type: 'Bearer' | 'DPoP';
  expires_in: number;
  refresh_token?: string;
}

export type GrantOutcome = OAuthOutcome<{ answer: TokenAnswer; event: string }>;
