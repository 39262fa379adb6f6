import type { DeviceKind } from '../../domain/device-kind.js';
import { readName, readNumericDate, readRenewalDate } from '../../domain/claim-values.js';
import type { ServerIdentity } from '../../domain/license.js';
import type { CompactJws } from './parse-compact-jws.js';
import { type PeerVerdict, refuse } from './peer.js';

/** The tolerated clock deviation (RFC 9068 section 4). */
const leewayMs = 60_000;
/** A token of a NATS subject without special characters. */
const subjectToken = /^[A-Za-z0-9_-]{1,64}$/;
const clientIds: Readonly<Record<DeviceKind, string>> = { server: 'pos-server', register: 'pos-register' };

export interface JudgedBy {
  readonly identity: ServerIdentity | null;
  readonly issuer: string;
  readonly isRevoked: (claims: Readonly<Record<string, unknown>>) => boolean;
}

/** Checks the claims of a token with a verified signature, except its expiry, which is checked at each use. */
export function checkClaims({ payload }: Pick<CompactJws, 'payload'>, check: JudgedBy): PeerVerdict {
  const { identity, issuer } = check;
  if (identity === null) return refuse('server-unlicensed');
  if (payload['iss'] !== issuer) return refuse('wrong-issuer');
  const claims = readClaims(payload);
  if (claims === null) return refuse('token-malformed');
  const { id: organizationId } = identity.organization;
  if (claims.organizationId !== organizationId || !hasAudience(payload['aud'], `urn:pos:${organizationId}`)) {
    return refuse('foreign-organization', claims.deviceId);
  }
  if (payload['client_id'] !== clientIds[claims.kind]) return refuse('wrong-device-kind', claims.deviceId);
  if (claims.hubId !== identity.serverId) return refuse('wrong-hub', claims.deviceId);
  if (check.isRevoked(payload)) return refuse('device-revoked', claims.deviceId);
  return { kind: 'accepted', peer: toPeer(claims) };
}

/** Returns why an otherwise valid token is not usable now; `null` if it is. */
export function checkExpiry(
  peer: { tokenExpiresAt: Date; usableUntil: Date },
  now: Date,
): 'token-expired' | 'license-expired' | null {
  const nowMs = now.getTime();
  const usableUntilMs = peer.usableUntil.getTime();
  if (nowMs < usableUntilMs) return null;
  const expiresMs = peer.tokenExpiresAt.getTime();
  if (nowMs >= expiresMs + leewayMs) return 'token-expired';
  return usableUntilMs < expiresMs ? 'license-expired' : null;
}

type Claims = NonNullable<ReturnType<typeof readClaims>>;

function toPeer(claims: Claims) {
  const { deviceId, name, kind, features, tokenExpiresAt, renewalDate, keyThumbprint } = claims;
  const usableUntil = renewalDate !== null && renewalDate < tokenExpiresAt ? renewalDate : tokenExpiresAt;
  return { deviceId, name, kind, features, tokenExpiresAt, usableUntil, keyThumbprint };
}

/** Reads the claims of the contract; returns `null` if one is malformed. */
function readClaims(payload: Readonly<Record<string, unknown>>) {
  const device = objectOf(payload['device']);
  const license = objectOf(payload['license']);
  const { sub, jti } = payload;
  const { id, name, kind } = device;
  const { features } = license;
  const [issuedAt, tokenExpiresAt] = [readNumericDate(payload['iat']), readNumericDate(payload['exp'])];
  const renewalDate = readOptionalRenewalDate(license['renewal_date']);
  const keyThumbprint = readThumbprint(payload['cnf']);
  if (typeof sub !== 'string' || !subjectToken.test(sub) || sub !== id) return null;
  if (typeof name !== 'string' || !isDeviceKind(kind)) return null;
  if (typeof jti !== 'string' || issuedAt === null) return null;
  if (tokenExpiresAt === null || tokenExpiresAt <= issuedAt) return null;
  if (!isTextList(features) || renewalDate === undefined || keyThumbprint === undefined) return null;
  return {
    deviceId: sub,
    name: readName(name),
    kind,
    features,
    tokenExpiresAt,
    renewalDate,
    keyThumbprint,
    organizationId: objectOf(payload['organization'])['id'],
    hubId: objectOf(license['hub'])['id'],
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isDeviceKind(value: unknown): value is DeviceKind {
  return value === 'server' || value === 'register';
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function hasAudience(aud: unknown, expected: string): boolean {
  return Array.isArray(aud) ? aud.includes(expected) : aud === expected;
}

/** Returns `undefined` if the claim is unreadable, because an unsupported confirmation must not count as none. */
function readThumbprint(cnf: unknown): string | null | undefined {
  if (cnf === undefined) return null;
  const { jkt } = objectOf(cnf);
  return typeof jkt === 'string' && /^[\w-]{43}$/.test(jkt) ? jkt : undefined;
}

/** Returns `undefined` if the claim is unreadable, because such a license must not count as endless. */
function readOptionalRenewalDate(claim: unknown): Date | null | undefined {
  return claim === undefined || claim === null ? null : (readRenewalDate(claim) ?? undefined);
}
