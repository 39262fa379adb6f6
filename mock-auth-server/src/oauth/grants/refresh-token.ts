import type { Device, Grant, RefreshToken } from '../../domain/model.js';
import type { MockContext } from '../../mock-context.js';
import type { OAuthOutcome } from '../oauth-refusal.js';
import { refuse } from '../oauth-refusal.js';
import type { GrantOutcome, GrantRequest } from './grant-request.js';
import { findTokenRefusal, issueLicenseToken } from './issue-license-token.js';
import { checkRefreshToken } from './check-refresh-token.js';

interface Family {
  refreshToken: RefreshToken;
  grant: Grant;
  device: Device;
}

/** Exchanges a refresh token for a new license token (RFC 6749 section 6). It runs in one transaction. */
export function grantRefreshToken(context: MockContext, request: GrantRequest): GrantOutcome {
  const found = findFamily(context, request);
  if (!found.ok) return found;
  const { refreshToken, grant, device } = found;
  // Checked before the replay rule: a thief of a token without its key must not end the owner's family.
  const isBound = grant.dpopJkt !== null && context.settings.dpop !== 'off';
  if (isBound && grant.dpopJkt !== request.proof?.jkt) {
    return refuse('invalid_grant', 'refresh_token is bound to a DPoP key: send a proof of that key');
  }
  const verdict = checkRefreshToken(context, refreshToken, grant);
  if (verdict === 'replayed') {
    context.grants.killFamily(grant.id, context.now());
    context.log(
      `refresh token of ${device.id} replayed: its family is ended, the device must be authorized again`,
    );
  }
  if (verdict !== 'usable') return refuse('invalid_grant', `refresh_token is ${verdict}`);
  // Checked before any write: the refresh token of an expired license works again after its renewal.
  const refusal = findTokenRefusal(context, device);
  if (refusal !== null) return { ok: false, refusal };
  return refreshFamily(context, request, found);
}

function findFamily(context: MockContext, request: GrantRequest): OAuthOutcome<Family> {
  const presented = request.parameters.get('refresh_token');
  if (presented === undefined) return refuse('invalid_request', 'refresh_token is missing');
  const refreshToken = context.refreshTokens.find(presented);
  const grant = refreshToken === null ? null : context.grants.find(refreshToken.grantId);
  const device = grant === null ? null : context.customers.findDevice(grant.deviceId);
  if (
    refreshToken === null ||
    grant === null ||
    device === null ||
    grant.clientId !== request.client.clientId
  ) {
    return refuse('invalid_grant', 'unknown refresh_token for this client');
  }
  return { ok: true, refreshToken, grant, device };
}

function refreshFamily(context: MockContext, request: GrantRequest, family: Family): GrantOutcome {
  const { refreshToken, grant, device } = family;
  const now = context.now();
  context.refreshTokens.recordUse(refreshToken, now);
  const successor = context.settings.isRefreshRotated
    ? context.refreshTokens.issue(grant.id, refreshToken, now)
    : null;
  // An unbound grant stays unbound (RFC 9449 section 5): a proof binds this one license token.
  const answer = issueLicenseToken(context, request, grant, device, successor);
  const again = refreshToken.rotatedAt === null ? '' : ' again with an already rotated refresh token';
  return { ok: true, answer, event: `license token of ${device.id} refreshed${again}` };
}
