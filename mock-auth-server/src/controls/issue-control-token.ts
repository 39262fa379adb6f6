import { calculateJwkThumbprint } from 'jose';
import { formatInstant } from '../domain/instant.js';
import type { MockContext } from '../mock-context.js';
import { inTransaction } from '../mock-context.js';
import { findClientForKind } from '../oauth/clients.js';
import { signLicenseToken } from '../oauth/license-token.js';

export interface ControlTokenRequest {
  deviceId: string;
  ttlSeconds?: number;
  dpopJwk?: Record<string, unknown>;
}

export type ControlTokenOutcome =
  { ok: true; answer: { token: string; expiresAt: string } } | { ok: false; field: 'deviceId' | 'dpopJwk' };

/**
 * Issues a license token for a device without a user code, whatever the state of its license: tests also need tokens of
 * expired licenses. A device without an authorization gets one, so that the token can be revoked.
 */
export async function issueControlToken(
  context: MockContext,
  request: ControlTokenRequest,
): Promise<ControlTokenOutcome> {
  const device = context.customers.findDevice(request.deviceId);
  if (device === null) return { ok: false, field: 'deviceId' };
  const dpopJkt = request.dpopJwk === undefined ? null : await thumbprint(request.dpopJwk);
  if (dpopJkt === undefined) return { ok: false, field: 'dpopJwk' };
  const ttlSeconds = request.ttlSeconds ?? context.settings.tokenTtlSeconds;
  const now = context.now();
  // An expired token needs an `iat` before its `exp`: otherwise it would be refused for another reason.
  const issuedAt = ttlSeconds > 0 ? now : new Date(now.getTime() + ttlSeconds * 1000 - 60_000);
  const token = inTransaction(context, () => {
    const { clientId } = findClientForKind(device.kind);
    const grant = context.grants.findLive(device.id) ?? context.grants.authorize(device.id, clientId, now);
    const lifeSeconds = ttlSeconds > 0 ? ttlSeconds : 60;
    return signLicenseToken(context, {
      device,
      clientId,
      dpopJkt,
      grantId: grant.id,
      issuedAt,
      ttlSeconds: lifeSeconds,
    });
  });
  context.log(`license token issued to ${device.id} by the controls, for ${ttlSeconds} s`);
  const expiresAt = new Date(Math.floor(now.getTime() / 1000) * 1000 + ttlSeconds * 1000);
  return { ok: true, answer: { token, expiresAt: formatInstant(expiresAt) } };
}

async function thumbprint(jwk: Record<string, unknown>): Promise<string | undefined> {
  if ('d' in jwk || jwk['kty'] === 'oct') return undefined;
  try {
    return await calculateJwkThumbprint(jwk);
  } catch {
    return undefined;
  }
}
