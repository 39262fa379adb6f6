import type { Grant } from '../domain/model.js';
import type { MockContext } from '../mock-context.js';
import { inTransaction } from '../mock-context.js';
import { identifyClient } from './clients.js';
import type { OAuthOutcome } from './oauth-refusal.js';
import { refuse } from './oauth-refusal.js';
import { readLicenseToken } from './read-license-token.js';

/**
 * Answers a revocation request (RFC 7009 section 2). Any token of the live grant, even one that was rotated long ago,
 * ends the whole authorization of its device and revokes all its tokens. A token of a replaced grant revokes only the
 * tokens of that grant. An unknown token is not an error (section 2.2).
 */
export async function revokeToken(
  context: MockContext,
  parameters: ReadonlyMap<string, string>,
  wireNow: Date,
): Promise<OAuthOutcome<{ answer: '' }>> {
  const identified = identifyClient(parameters);
  if (!identified.ok) return identified;
  const token = parameters.get('token');
  if (token === undefined) return refuse('invalid_request', 'token is missing');
  const grant = await findGrant(context, token, wireNow);
  if (grant === null) return { ok: true, answer: '' };
  if (grant.clientId !== identified.client.clientId) {
    return refuse('invalid_grant', 'token was issued to another client');
  }
  const wasLive = inTransaction(context, () => endGrant(context, grant));
  if (wasLive) context.log(`authorization of ${grant.deviceId} ended by the device itself`);
  return { ok: true, answer: '' };
}

async function findGrant(context: MockContext, token: string, wireNow: Date): Promise<Grant | null> {
  const refreshToken = context.refreshTokens.find(token);
  if (refreshToken !== null) return context.grants.find(refreshToken.grantId);
  return (await readLicenseToken(context, token, wireNow))?.grant ?? null;
}

/** Returns whether the grant was live. */
function endGrant(context: MockContext, { id, deviceId, endedAt }: Grant): boolean {
  if (endedAt === null) return context.grants.revokeDevice(deviceId, 'removed-by-device', context.now());
  context.grants.revokeReplaced(id, 'removed-by-device');
  return false;
}
