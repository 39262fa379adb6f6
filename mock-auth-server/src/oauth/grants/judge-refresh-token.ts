import type { Grant, RefreshToken } from '../../domain/model.js';
import type { MockContext } from '../../mock-context.js';

export type RefreshTokenVerdict = 'usable' | 'expired' | 'revoked' | 'replayed';

/**
 * Says whether a refresh token works now, and whether showing it again is a replay (RFC 9700 section 4.14.2).
 *
 * A rotated token may be the one whose answer got lost in the network: within the grace, and as long as no
 * successor was used, it goes on working. A used successor shows that the answer had arrived.
 */
export function judgeRefreshToken(
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
