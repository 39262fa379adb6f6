import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { decodeJwt, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { LicenseGrant } from '../domain/license.js';
import { LicenseTokenClaims } from './license-token-claims.js';

/** Only signatures that a published key checks; `none` and HS* never come to a key. */
const algorithms = ['ES256', 'EdDSA', 'Ed25519'];

/** A license token is not what RFC 9068 and the contract say; the message names the claim. */
export class LicenseTokenError extends Error {
  readonly code = 'license-token-invalid';

  constructor(message: string, cause?: unknown) {
    super(`The license token cannot be accepted: ${message}`, { cause });
    this.name = 'LicenseTokenError';
  }
}

export interface ExpectedToken {
  readonly issuer: string;
  readonly clientId: string;
  /** Thumbprint of the key that the token must be bound to; null: it must not be bound. */
  readonly keyThumbprint: string | null;
}

/** A verified license token of this server, or of a device of another kind. */
export interface ReadLicenseToken {
  readonly grant: LicenseGrant;
  readonly deviceKind: 'server' | 'register';
}

/**
 * Reads a license token that the Authorization server has just issued to this server, as the resource server that it
 * is (RFC 9068 section 4).
 * @throws LicenseTokenError if it is not acceptable; network errors of the key set pass as they are
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
    const unverified = decodeJwt<Partial<LicenseTokenClaims>>(jwt);
    const { payload } = await jwtVerify(jwt, keys, {
      issuer: expected.issuer,
      // Required to be that of the token's own organization: the issuer decides which one, and no other token passes.
      audience: `urn:pos:${unverified.organization?.id}`,
      typ: 'at+jwt',
      algorithms,
      requiredClaims: ['sub', 'iat', 'exp', 'jti', 'client_id'],
      // It was issued a moment ago over an authenticated connection, so its own time is now: this server's clock may
      // be hours off, and must not keep the shop from getting a license.
      currentDate: new Date((unverified.iat ?? 0) * 1000),
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
  if (claims.exp <= claims.iat) throw new LicenseTokenError('"exp" must be later than "iat".');
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
      serverName: device.name,
      organization: { id: organization.id, name: organization.name },
    },
    license: {
      terms: {
        features: license.features,
        renewalDate: license.renewal_date ? new Date(license.renewal_date) : null,
        hub: license.hub
          ? { id: license.hub.id, name: license.hub.name, url: license.hub.url ?? null }
          : null,
      },
      token: {
        issuedAt: new Date(claims.iat * 1000),
        expiresAt: new Date(claims.exp * 1000),
        receivedAt,
      },
    },
  };
}
