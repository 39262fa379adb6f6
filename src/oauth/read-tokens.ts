import type { genericGrantRequest } from 'openid-client';
import type { GrantSecrets } from '../domain/ports/authorization-server.js';
import type { Profile } from '../domain/profile.js';
import { thumbprintOf } from './dpop-key.js';
import type { ReadTokens } from './explain-answer.js';
import type { OAuthSession } from './oauth-session.js';
import { readLicenseToken, refuse } from './read-license-token.js';
import { UnsuitableError } from './unsuitable-error.js';

export type TokenResponse = Awaited<ReturnType<typeof genericGrantRequest>>;

/** Where a token answer comes from. */
export interface AnswerOrigin extends Pick<OAuthSession, 'issuer' | 'keys'> {
  readonly profile: Profile;
  /** The `Date` of the answer; `null` if it had none. */
  readonly answeredAt: Date | null;
  /** Awaited before a request for keys: the process may end during it. */
  readonly beforeKeys?: () => Promise<void>;
}

/**
 * Verifies and reads the tokens of an answer.
 * @param sent the key that proved the request, and the refresh token that it contained
 * @throws UnsuitableError if they are not acceptable; network errors of the key set are passed through
 */
export async function readTokens(
  response: TokenResponse,
  { keys, ...origin }: AnswerOrigin,
  { dpopKey, refreshToken: sent }: Pick<GrantSecrets, 'dpopKey'> & Partial<GrantSecrets>,
  receivedAt: Date,
): Promise<ReadTokens> {
  // RFC 9449 section 5: a bearer token instead of the requested bound one is a downgrade.
  if (dpopKey !== null && response.token_type !== 'dpop') {
    refuse(
      'it is not bound to the key of this server ("token_type" must be DPoP)',
      'turn on DPoP for this client, or set "dpop" in the profile to off',
    );
  }
  const { access_token: accessToken } = response;
  const expected = { ...origin, keyThumbprint: dpopKey && (await thumbprintOf(dpopKey)) };
  const { grant, deviceKind, excess } = await readLicenseToken(accessToken, keys, expected, receivedAt);
  // RFC 6749 section 6: without a new refresh token the current one stays valid.
  const refreshToken = response.refresh_token ?? sent;
  if (refreshToken === undefined) {
    throw new UnsuitableError(
      'The answer contains no refresh token ("refresh_token").',
      'request the scope offline_access ("scope" in the profile), and allow this client refresh tokens',
    );
  }
  return { issued: { grant, secrets: { accessToken, refreshToken, dpopKey } }, deviceKind, excess };
}
