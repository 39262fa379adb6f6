import { isPremature, type LicenseClaims, readLicenseClaims } from '../shared/license-claims.js';
import { hasAudience, isAlgorithm, isTokenType, type Profile } from '../shared/profile.js';
import { DeviceError } from './device-error.js';
import type { DeviceLicense } from './device-license.js';

/**
 * Reads the claims of a device's own license token by a profile. The signature is not checked: the token came directly
 * from the Authorization server, and each receiver verifies it.
 * @throws DeviceError `token-not-acceptable`
 */
export function readLicenseToken(token: string, profile: Profile): DeviceLicense {
  return toLicense(readClaims(readPart(token, 1), profile), profile);
}

/**
 * Reads a license token that was issued to this device. Refuses one that no server with the same profile admits.
 * @param now may be wrong, so the signed time of issue counts if it is later
 * @throws DeviceError `token-not-acceptable`
 */
export function readIssuedToken(token: string, profile: Profile, now: Date): DeviceLicense {
  const [header, payload] = [readPart(token, 0), readPart(token, 1)];
  const claims = readClaims(payload, profile);
  if (!isAlgorithm(header['alg'], profile)) {
    refuse(`"alg" must be ${profile.algorithms.join(' or ')}; it is ${String(header['alg'])}`);
  }
  if (!isTokenType(header['typ'], profile)) {
    refuse(`"typ" must be ${profile.tokenTypes.join(' or ')}; it is ${String(header['typ'])}`);
  }
  if (!hasAudience(payload['aud'], profile, claims.organizationId)) {
    refuse(`"aud" must contain ${profile.audience.replaceAll('{organizationId}', claims.organizationId)}`);
  }
  if (isPremature(claims, now > claims.issuedAt ? now : claims.issuedAt)) {
    refuse('"nbf" must be at most 10 minutes from now');
  }
  return toLicense(claims, profile);
}

function readClaims(payload: Readonly<Record<string, unknown>>, profile: Profile): LicenseClaims {
  const reading = readLicenseClaims(payload, profile);
  return reading.kind === 'read' ? reading.claims : refuse(reading.faults.join('; '));
}

function toLicense(claims: LicenseClaims, profile: Profile): DeviceLicense {
  const { deviceKind: kind, organizationId, organizationName, issuedAt, expiresAt } = claims;
  if (kind === null) return refuse(`"${profile.claims.deviceKind.join('.')}" must be "server" or "register"`);
  return {
    deviceId: claims.deviceId,
    deviceName: claims.deviceName,
    kind,
    organization: { id: organizationId, name: organizationName },
    features: claims.features,
    renewalDate: claims.renewalDate,
    hub: claims.hub,
    tokenIssuedAt: issuedAt,
    tokenExpiresAt: expiresAt,
    keyThumbprint: claims.keyThumbprint,
  };
}

/** Decodes the header (0) or the payload (1) of a JWT. */
function readPart(token: string, index: 0 | 1): Readonly<Record<string, unknown>> {
  try {
    const part: unknown = JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString());
    if (typeof part === 'object' && part !== null) return part as Record<string, unknown>;
  } catch {
    // Refused below.
  }
  return refuse('it must be a JWT');
}

function refuse(fault: string): never {
  throw new DeviceError('token-not-acceptable', `The license token cannot be used: ${fault}.`);
}
