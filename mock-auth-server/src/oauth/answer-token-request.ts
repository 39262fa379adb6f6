import type { MockContext } from '../mock-context.js';
import { inTransaction } from '../mock-context.js';
import type { Client } from './clients.js';
import { identifyClient } from './clients.js';
import type { DpopProof } from './dpop-proof.js';
import { verifyDpopProof } from './dpop-proof.js';
import { endpointPaths } from './endpoint-paths.js';
import { grantDeviceCode } from './grants/device-code.js';
import type { GrantOutcome, GrantRequest } from './grants/grant-request.js';
import { grantRefreshToken } from './grants/refresh-token.js';
import { deviceCodeGrantType } from './metadata.js';
import type { OAuthOutcome } from './oauth-refusal.js';
import { refuse } from './oauth-refusal.js';

export interface TokenRequest {
  parameters: ReadonlyMap<string, string>;
  dpopHeader: string | undefined;
  /** The time in tokens and headers: the time of this server plus the skew of a fault. */
  wireNow: Date;
}

type Grant = (context: MockContext, request: GrantRequest) => GrantOutcome;

const grants = new Map<string, Grant>([
  [deviceCodeGrantType, grantDeviceCode],
  ['refresh_token', grantRefreshToken],
]);

/** Answers a token request: checks client, grant type and proof, then runs the grant in one transaction. */
export async function answerTokenRequest(context: MockContext, request: TokenRequest): Promise<GrantOutcome> {
  const identified = identifyClient(request.parameters);
  if (!identified.ok) return identified;
  const grantType = request.parameters.get('grant_type');
  if (grantType === undefined) return refuse('invalid_request', 'grant_type is missing');
  const grant = grants.get(grantType);
  if (!grant)
    return refuse('unsupported_grant_type', 'grant_type must be device_code (RFC 8628) or refresh_token');
  const proven = await readProof(context, request);
  if (!proven.ok) return proven;
  return inTransaction(context, () => runGrant(context, request, grant, identified.client, proven.proof));
}

async function readProof(
  context: MockContext,
  request: TokenRequest,
): Promise<OAuthOutcome<{ proof: DpopProof | null }>> {
  if (request.dpopHeader === undefined || context.settings.dpop === 'off') return { ok: true, proof: null };
  return verifyDpopProof(request.dpopHeader, {
    htm: 'POST',
    htu: context.urls.issuer + endpointPaths.token,
    now: request.wireNow,
    nonces: context.settings.dpop === 'nonce' ? context.dpopNonces : null,
  });
}

function runGrant(
  context: MockContext,
  request: TokenRequest,
  grant: Grant,
  client: Client,
  proof: DpopProof | null,
): GrantOutcome {
  if (proof !== null && !context.dpopProofs.record(proof, request.wireNow)) {
    return refuse(
      'invalid_dpop_proof',
      'the proof was already used: send a new one with a new jti in each request',
    );
  }
  context.grants.endUnclaimed(context.now());
  return grant(context, { client, parameters: request.parameters, proof, issuedAt: request.wireNow });
}
