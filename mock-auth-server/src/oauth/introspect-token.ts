import type { MockContext } from '../mock-context.js';
import { identifyClient } from './clients.js';
import { checkRefreshToken } from './grants/check-refresh-token.js';
import type { OAuthOutcome } from './oauth-refusal.js';
import { refuse } from './oauth-refusal.js';
import { readLicenseToken } from './read-license-token.js';

type Introspection = { active: false } | ({ active: true } & Record<string, unknown>);

const inactive: Introspection = { active: false };

/**
 * Answers an introspection request (RFC 7662 section 2) and changes nothing. Both clients may introspect a license
 * token, because both are its resource servers. Only its own client may introspect a refresh token.
 */
export async function introspectToken(
  context: MockContext,
  parameters: ReadonlyMap<string, string>,
  wireNow: Date,
): Promise<OAuthOutcome<{ answer: Introspection }>> {
  const identified = identifyClient(parameters);
  if (!identified.ok) return identified;
  const token = parameters.get('token');
  if (token === undefined) return refuse('invalid_request', 'token is missing');
  const answer =
    describeRefreshToken(context, token, identified.client.clientId) ??
    (await describeLicenseToken(context, token, wireNow));
  return { ok: true, answer };
}

function describeRefreshToken(context: MockContext, token: string, clientId: string): Introspection | null {
  const refreshToken = context.refreshTokens.find(token);
  if (refreshToken === null) return null;
  const grant = context.grants.find(refreshToken.grantId);
  const isOwn = grant !== null && grant.clientId === clientId;
  if (!isOwn || checkRefreshToken(context, refreshToken, grant) !== 'usable') return inactive;
  return {
    active: true,
    client_id: grant.clientId,
    sub: grant.deviceId,
    iss: context.urls.issuer,
    iat: Math.floor(refreshToken.issuedAt.getTime() / 1000),
    exp: Math.floor(refreshToken.expiresAt.getTime() / 1000),
    ...(grant.dpopJkt === null || context.settings.dpop === 'off' ? {} : { cnf: { jkt: grant.dpopJkt } }),
  };
}

async function describeLicenseToken(
  context: MockContext,
  token: string,
  wireNow: Date,
): Promise<Introspection> {
  const read = await readLicenseToken(context, token, wireNow);
  if (read === null || read.grant.areTokensRevoked) return inactive;
  return { active: true, token_type: read.claims['cnf'] === undefined ? 'Bearer' : 'DPoP', ...read.claims };
}
