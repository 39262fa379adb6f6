import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { decodeJwt, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { readName, readNumericDate, readRenewalDate } from '../domain/claim-values.js';
import type { HubServer, LicenseGrant, TokenLife } from '../domain/license.js';
import { LicenseTokenClaims } from './license-token-claims.js';

/** Asymmetric algorithms only; `none` and HS* are rejected. */
const algorithms = ['ES256', 'EdDSA', 'Ed25519'];

/** A license token violates RFC 9068 or the contract; the message names the claim. */
export class LicenseTokenError extends Error {
  readonly code = 'license-token-invalid';

  constructor(message: string, cause?: unknown) {
    super(`The license token is not acceptable: ${message}`, { cause });
    this.name = 'LicenseTokenError';
  }
}

export interface ExpectedToken {
  readonly issuer: string;
  readonly clientId: string;
  /** Thumbprint of the key that the token must be bound to; `null` if it must be unbound. */
  readonly keyThumbprint: string | null;
}

/** A verified license token of this server or of another kind of device. */
export interface ReadLicenseToken {
  readonly grant: LicenseGrant;
  readonly deviceKind: 'server' | 'register';
}

/**
 * Verifies and reads a license token that the Authorization server has just issued (RFC 9068 section 4).
 * @throws LicenseTokenError if it is not acceptable; network errors of the key set are passed through
 */
export async function readLicenseToken(
  jwt: string,
  keys: JWTVerifyGetKey,
  expected: ExpectedToken,
  receivedAt: Date,
): Promise<ReadLicenseToken> {
  const claims = validClaims(await verifiedPayload(jwt, keys, expected));
  if (claims.client_id !== expected.clientId)
    throw new LicenseTokenError(`"client_id" must be ${expected.clientId}.`);
  if (claims.sub !== claims.device.id) throw new LicenseTokenError('"sub" must be the id of the device.');
  if ((claims.cnf?.jkt ?? null) !== expected.keyThumbprint) {
    throw new LicenseTokenError('"cnf.jkt" must be the thumbprint of the key that proved the request.');
  }
  return { grant: toGrant(claims, receivedAt), deviceKind: claims.device.kind };
}

async function verifiedPayload(jwt: string, keys: JWTVerifyGetKey, expected: ExpectedToken) {
  try {
    const unverified = decodeJwt<{ organization?: { id?: string } | null }>(jwt);
    const { payload } = await jwtVerify(jwt, keys, {
      issuer: expected.issuer,
      // Must match the token's own organization: the issuer decides which one, and no other kind of token passes.
      audience: `urn:pos:${unverified.organization?.id}`,
      typ: 'at+jwt',
      algorithms,
      requiredClaims: ['sub', 'iat', 'exp', 'jti', 'client_id'],
      // The token was just issued over an authenticated connection, so its own time is correct. A wrong local clock
      // must not prevent licensing.
      currentDate: readNumericDate(unverified.iat) ?? new Date(0),
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) {
      throw new LicenseTokenError(error.message, error);
    }
    throw error;
  }
}

function validClaims(payload: object): LicenseTokenClaims {
  const claims = plainToInstance(LicenseTokenClaims, payload);
  const faults = validateSync(claims, { forbidUnknownValues: true }).flatMap((error) => describe(error));
  if (faults.length > 0) throw new LicenseTokenError(`${faults.join('; ')}.`);
  return claims;
}

function describe(error: ValidationError, path = ''): string[] {
  const own = Object.values(error.constraints ?? {}).map((message) => `${path}${message}`);
  return own.concat((error.children ?? []).flatMap((child) => describe(child, `${path}${error.property}.`)));
}

function toGrant(claims: LicenseTokenClaims, receivedAt: Date): LicenseGrant {
  const { organization, device, license } = claims;
  return {
    identity: {
      serverId: device.id,
      serverName: readName(device.name),
      organization: { id: organization.id, name: readName(organization.name ?? organization.id) },
    },
    license: {
      terms: {
        features: license.features,
        renewalDate: readRenewal(license.renewal_date),
        hub: license.hub ? toHub(license.hub) : null,
      },
      token: { ...readLife(claims), receivedAt },
    },
  };
}

function toHub({ id, name, url }: NonNullable<LicenseTokenClaims['license']['hub']>): HubServer {
  return { id, name: readName(name ?? id), url: url ?? null };
}

/** Throws if the date is unreadable: treating it as absent would make the license endless. */
function readRenewal(claim: unknown): Date | null {
  if (claim === undefined || claim === null) return null;
  const renewalDate = readRenewalDate(claim);
  if (renewalDate !== null) return renewalDate;
  throw new LicenseTokenError(
    'license.renewal_date must be an instant with an offset (2027-06-30T23:59:59Z) or a date (2027-06-30), within the years 1970 to 9999.',
  );
}

function readLife({ iat, exp }: LicenseTokenClaims): Pick<TokenLife, 'issuedAt' | 'expiresAt'> {
  const [issuedAt, expiresAt] = [readClaim('iat', iat), readClaim('exp', exp)];
  if (expiresAt <= issuedAt) throw new LicenseTokenError('"exp" must be later than "iat".');
  return { issuedAt, expiresAt };
}

function readClaim(name: string, claim: unknown): Date {
  const instant = readNumericDate(claim);
  if (instant !== null) return instant;
  throw new LicenseTokenError(`"${name}" must be a number of seconds, within the years 1970 to 9999.`);
}
