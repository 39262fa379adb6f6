import type { Grant, RefreshToken } from '../../domain/model.js';
import type { MockContext } from '../../mock-context.js';

export type RefreshTokenVerdict = 'usable' | 'expired' | 'revoked' | 'replayed';

/**
 * Returns whether a refresh token is valid now, and whether its use is a replay (RFC 9700 section 4.14.2).
 *
 * The answer that contained the successor of a rotated token may have been lost. So the token stays valid within the
 * grace, until a successor is used: a used successor shows that the answer arrived.
 */
export function checkRefreshToken(
  context: MockContext,
  token: RefreshToken,
  grant: Grant,
): RefreshTokenVerdict {
  if (grant.endedAt !== null || grant.familyKilledAt !== null) return 'revoked';
  if (context.refreshTokens.hasUsedSibling(token)) return 'replayed';
  if (token.rotatedAt !== null && !isWithinGrace(context, token, token.rotatedAt)) return 'replayed';
  return context.now() >= token.expiresAt ? 'expired' : 'usable';
}

function isWithinGrace(context: MockContext, token: RefreshToken, rotatedAt: Date): boolean {
  if (context.refreshTokens.hasUsedSuccessor(token)) return false;
  const { refreshGrace } = context.settings;
  return refreshGrace === 'until-used' || context.now().getTime() - rotatedAt.getTime() < refreshGrace;
}
