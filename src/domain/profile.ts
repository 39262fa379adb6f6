import type { DeviceKind } from './device-kind.js';

export const signatureAlgorithms = ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'] as const;
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

export const profileClaims = [
  'deviceId',
  'deviceName',
  'deviceKind',
  'deviceUrl',
  'organizationId',
  'organizationName',
  'features',
  'renewalDate',
  'hubId',
  'hubName',
  'hubUrl',
  'clientId',
] as const;
export type ProfileClaim = (typeof profileClaims)[number];

/** The names of nested members from the payload of a token down to a value. */
export type ClaimPath = readonly string[];

/** `preferred`: used if the Authorization server offers it. */
export type Demand = 'required' | 'preferred' | 'off';

/** Describes what an Authorization server issues and expects: names, algorithms and optional protocols. */
export interface Profile {
  readonly clientIds: Readonly<Record<DeviceKind, string>>;
  /** The `scope` of a device authorization request; `null` sends none. */
  readonly scope: string | null;
  /** The `resource` of requests (RFC 8707); `null` sends none. */
  readonly resource: string | null;
  /** The value that `aud` must contain; `{organizationId}` is replaced by the id of the token's organization. */
  readonly audience: string;
  /** The accepted values of `typ` in the header of a token. */
  readonly tokenTypes: readonly string[];
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly claims: Readonly<Record<ProfileClaim, ClaimPath>>;
  /** Separates features that are one text; `null` if a text is one feature. */
  readonly featureSeparator: string | null;
  /** The IANA time zone of a renewal date without a time. */
  readonly dateZone: string;
  readonly dpop: Demand;
  readonly statusList: Demand;
  /** `trusted` lets the introspection endpoint take a license away. */
  readonly introspection: 'trusted' | 'off';
}

/** Reads a path as a profile writes it: dotted, or a list of names if a name contains a dot. */
export function readClaimPath(written: string | readonly string[]): ClaimPath {
  return typeof written === 'string' ? written.split('.') : written;
}

/** Returns whether `aud` (RFC 7519 section 4.1.3) contains the audience that the profile expects. */
export function hasAudience(aud: unknown, profile: Profile, organizationId: string): boolean {
  return containsAudience(aud, audienceOf(profile, organizationId));
}

/** Returns the audience that a profile expects in the tokens of an organization. */
export function audienceOf({ audience }: Profile, organizationId: string): string {
  return audience.replaceAll('{organizationId}', organizationId);
}

export function containsAudience(aud: unknown, expected: string): boolean {
  return Array.isArray(aud) ? aud.includes(expected) : aud === expected;
}

/** Returns whether a token may be signed with `alg`. RFC 9864 calls EdDSA on Curve 25519 Ed25519. */
export function isAlgorithm(alg: unknown, { algorithms }: Profile): boolean {
  return algorithms.some((accepted) => accepted === (alg === 'Ed25519' ? 'EdDSA' : alg));
}

/** Returns whether `typ` is accepted. Media types are compared as RFC 7515 section 4.1.9 says. */
export function isTokenType(typ: unknown, { tokenTypes }: Profile): boolean {
  if (typeof typ !== 'string') return false;
  return tokenTypes.includes(typ) || tokenTypes.some((accepted) => mediaType(accepted) === mediaType(typ));
}

function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '');
}
