import {
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type ProtectedHeaderParameters,
} from 'jose';
import type { DeviceKind } from '../domain/device-kind.js';
import {
  isPremature,
  type LicenseClaims,
  maxLeadMs,
  maxTokenCharacters,
  readLicenseClaims,
} from '../domain/license-claims.js';
import type { LicenseGrant } from '../domain/license.js';
import { hasAudience, isAlgorithm, isTokenType, type Profile } from '../domain/profile.js';
import type { IssuerKeySet } from './issuer-key-set.js';
import { UnsuitableError } from './unsuitable-error.js';

export interface ExpectedToken {
  readonly issuer: string;
  readonly profile: Profile;
  /** Thumbprint of the key that the token must be bound to; `null` if it must be unbound. */
  readonly keyThumbprint: string | null;
  /** The `Date` of the answer that contained the token; `null` if it had none. */
  readonly answeredAt: Date | null;
  /** Awaited before a request for the keys: the process may end during it. */
  readonly beforeKeys?: () => Promise<void>;
}

/** A verified license token of this server or of another kind of device. */
export interface ReadLicenseToken {
  readonly grant: LicenseGrant;
  readonly deviceKind: DeviceKind;
  /** What exceeds a bound and is left out of the grant. */
  readonly excess: readonly string[];
}

type Payload = Readonly<Record<string, unknown>>;

/**
 * Verifies and reads a license token that the Authorization server has just issued (RFC 9068 section 4).
 * @throws UnsuitableError if it is not acceptable; network errors of the key set are passed through
 */
export async function readLicenseToken(
  jwt: string,
  keys: IssuerKeySet,
  expected: ExpectedToken,
  receivedAt: Date,
): Promise<ReadLicenseToken> {
  const payload = await verify(jwt, keys, expected);
  const reading = readLicenseClaims(payload, expected.profile);
  if (payload['iss'] !== expected.issuer) refuse(`"iss" must be ${expected.issuer}`);
  if (reading.kind === 'unreadable') {
    return refuse(
      reading.faults.join('; '),
      'add these claims to access tokens, or name their paths in "claims" of the profile',
    );
  }
  checkClaims(reading.claims, payload, expected);
  const tooLong =
    jwt.length > maxTokenCharacters
      ? [`the token must have at most ${maxTokenCharacters} characters, not ${jwt.length}`]
      : [];
  return {
    grant: toGrant(reading.claims, expected.answeredAt, receivedAt),
    deviceKind: reading.claims.deviceKind ?? 'server',
    excess: [...reading.excess, ...tooLong],
  };
}

/** @throws UnsuitableError for a license token, with a remedy if it is known */
export function refuse(fault: string, remedy?: string, cause?: unknown): never {
  throw new UnsuitableError(`The license token is not acceptable: ${fault}.`, remedy, cause);
}

async function verify(
  jwt: string,
  keys: IssuerKeySet,
  { profile, beforeKeys }: ExpectedToken,
): Promise<Payload> {
  const header = readHeader(jwt);
  const { alg = '' } = header;
  if (!isAlgorithm(alg, profile)) {
    const remedy = /^(ES|RS|PS|Ed)/.test(alg)
      ? `add ${alg} to "algorithms" in the profile, or let the server sign with ${profile.algorithms[0]}`
      : 'sign access tokens with a key pair';
    refuse(`"alg" must be ${profile.algorithms.join(' or ')}; it is ${alg}`, remedy);
  }
  if (!isTokenType(header.typ, profile)) {
    refuse(
      `"typ" must be ${profile.tokenTypes.join(' or ')}; it is ${header.typ ?? 'absent'}`,
      'add it to "tokenTypes" in the profile',
    );
  }
  const isSignedByNewKey = async () => {
    await beforeKeys?.();
    return (await keys.reloadForToken()) && isSigned(jwt, header, keys);
  };
  if (!(await isSigned(jwt, header, keys)) && !(await isSignedByNewKey())) {
    const isKnown = keys.candidatesFor(header).length > 0;
    refuse(
      isKnown
        ? 'signature verification failed'
        : `no key with the id ${String(header.kid)} is published for ${alg}`,
      isKnown ? undefined : 'publish the signing key at "jwks_uri"',
    );
  }
  try {
    return decodeJwt(jwt);
  } catch (error) {
    return refuse('it contains no JSON object', undefined, error);
  }
}

function readHeader(jwt: string): ProtectedHeaderParameters {
  const parts = jwt.split('.').length;
  if (parts === 5) refuse('it is an encrypted JWT (JWE)', 'turn off access token encryption');
  try {
    if (parts === 3) return decodeProtectedHeader(jwt);
  } catch {
    // Reported below.
  }
  return refuse('it is not a JWT', 'let the server issue access tokens as signed JWTs, not as references');
}

async function isSigned(
  jwt: string,
  header: ProtectedHeaderParameters,
  keys: IssuerKeySet,
): Promise<boolean> {
  for (const key of keys.candidatesFor(header)) {
    try {
      await compactVerify(jwt, key, { algorithms: [header.alg ?? ''] });
      return true;
    } catch (error) {
      // A key that cannot be used, such as RSA below 2048 bits, throws a TypeError.
      if (!(error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException))
        throw error;
    }
  }
  return false;
}

function checkClaims(claims: LicenseClaims, payload: Payload, expected: ExpectedToken): void {
  const { profile, keyThumbprint, answeredAt } = expected;
  const audience = profile.audience.replaceAll('{organizationId}', claims.organizationId);
  if (!hasAudience(payload['aud'], profile, claims.organizationId)) {
    refuse(
      `"aud" must contain ${audience}; it is ${describe(payload['aud'])}`,
      'set "audience" in the profile to the audience of license tokens',
    );
  }
  if (claims.clientId !== null && claims.clientId !== profile.clientIds.server) {
    refuse(`"${profile.claims.clientId.join('.')}" must be ${profile.clientIds.server}`);
  }
  if (claims.keyThumbprint !== keyThumbprint) {
    refuse(
      keyThumbprint === null
        ? '"cnf.jkt" binds it to a key, but no key proved the request'
        : '"cnf.jkt" must be the thumbprint of the key that proved the request',
    );
  }
  // Without a Date only the signed time of issue is certain: the clock of this machine may be wrong.
  if (isPremature(claims, answeredAt ?? claims.issuedAt)) {
    refuse(
      `"nbf" must be at most 10 minutes after ${answeredAt === null ? '"iat"' : 'the Date of the answer'}`,
      'correct the clock of the Authorization server',
    );
  }
  if (answeredAt !== null && claims.issuedAt.getTime() > answeredAt.getTime() + maxLeadMs) {
    refuse(
      '"iat" must be at most 10 minutes after the Date of the answer',
      'correct the clock of the Authorization server',
    );
  }
  if (profile.statusList === 'required' && !hasStatus(payload['status'])) {
    refuse(
      '"status.status_list" is required and is absent',
      'set "statusList" in the profile to preferred or off',
    );
  }
}

function hasStatus(status: unknown): boolean {
  return typeof status === 'object' && status !== null && 'status_list' in status;
}

function describe(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value).slice(0, 200);
}

/** Returns the `Date` of the answer if the token is valid then, otherwise the issue time: only that is signed. */
function answerTime({ issuedAt, expiresAt }: LicenseClaims, answeredAt: Date | null): Date {
  return answeredAt !== null && answeredAt > issuedAt && answeredAt < expiresAt ? answeredAt : issuedAt;
}

function toGrant(claims: LicenseClaims, answeredAt: Date | null, receivedAt: Date): LicenseGrant {
  const { deviceId, deviceName, organizationId, organizationName, features, renewalDate, hub } = claims;
  return {
    identity: {
      serverId: deviceId,
      serverName: deviceName,
      organization: { id: organizationId, name: organizationName },
    },
    license: {
      terms: { features, renewalDate, hub },
      token: { issuedAt: claims.issuedAt, expiresAt: claims.expiresAt, receivedAt },
    },
    answeredAt: answerTime(claims, answeredAt),
  };
}
