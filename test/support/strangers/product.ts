import { randomInt } from 'node:crypto';

export type JsonObject = Readonly<Record<string, unknown>>;

export interface StrangerDevice {
  readonly id: string;
  readonly name: string;
  readonly kind: 'server' | 'register';
  readonly url: string | null;
  readonly organization: { readonly id: string; readonly name: string };
  readonly hub: { readonly id: string; readonly name: string; readonly url: string } | null;
}

/** The license of all devices. The renewal date has the form in which the server writes it into the token. */
export interface Terms {
  readonly features: readonly string[];
  readonly renewalDate: string | null;
}

/** What a person has granted to one device. */
export interface Grant {
  readonly id: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** The parameters of the device authorization request. */
  readonly request: URLSearchParams;
  readonly device: StrangerDevice;
  readonly startedAt: Date;
  readonly jkt: string | null;
  refreshEndsAt: Date;
  end: 'revoked' | 'too-old' | null;
}

export interface Issue {
  readonly issuer: string;
  readonly grant: Grant;
  readonly issuedAt: Date;
  readonly claims: JsonObject;
  /** Signs with the current key, RS256. */
  readonly sign: (payload: JsonObject, header: JsonObject) => Promise<string>;
}

/** A reason for an error answer. Each product words it in its own way. */
export type Fault = keyof typeof oauthErrors;

export const oauthErrors = {
  pending: 'authorization_pending',
  'slow-down': 'slow_down',
  denied: 'access_denied',
  'code-expired': 'expired_token',
  'code-unknown': 'invalid_grant',
  'refresh-token-unknown': 'invalid_grant',
  'refresh-token-too-old': 'invalid_grant',
  'refresh-token-used': 'invalid_grant',
  'grant-revoked': 'invalid_grant',
  'client-unknown': 'invalid_client',
  'grant-type-unknown': 'unsupported_grant_type',
  'proof-invalid': 'invalid_dpop_proof',
} as const;

/** What one product does in its own way; everything else follows the RFCs. */
export interface Product {
  /** The path of the issuer, with its slash at the end where the product writes one. */
  readonly issuerPath: string;
  readonly metadataPaths: readonly string[];
  readonly paths: Readonly<
    Record<'keys' | 'deviceAuthorization' | 'token' | 'revocation' | 'verification', string>
  >;
  readonly metadata: JsonObject;
  readonly deviceCodeSeconds: number;
  /** `null` if the product sends no interval and never answers `slow_down`. */
  readonly pollSeconds: number | null;
  readonly makeUserCode: () => string;
  readonly refusal: (fault: Fault) => {
    readonly status?: number;
    readonly description?: string;
    readonly uri?: string;
  };
  readonly accessTokenSeconds: number;
  readonly makeAccessToken: (issue: Issue) => Promise<string>;
  readonly makeRefreshToken?: (issue: Issue) => Promise<string>;
  /** Members of the token answer besides those of RFC 6749. */
  readonly extendAnswer?: (issue: Issue) => JsonObject;
  /** The life of a refresh token, or `null` if the scopes give none. */
  readonly refreshTokenSeconds: (scopes: readonly string[]) => number | null;
  /** Whether each refresh prolongs that life. */
  readonly isSliding: boolean;
  /** The refresh token in the answer to a refresh: a new one, the one that was sent, or none. */
  readonly refreshAnswer: 'new' | 'same' | 'none';
  /** For how long a used refresh token still works, or `null` if each works until its end. */
  readonly reuseLeewaySeconds: number | null;
  /** Whether a refreshed token repeats the claims of the first one. */
  readonly keepsFirstClaims?: boolean;
  readonly bindsToKeys: boolean;
}

export interface StrangerOptions {
  readonly now: () => Date;
  /** Whether the product runs with its own defaults, without what its page in `docs/authorization-servers` sets up. */
  readonly isAsDelivered?: boolean;
}

/** Returns the instants of a token in seconds. */
export function lifeOf({ issuedAt }: Pick<Issue, 'issuedAt'>, seconds: number): { iat: number; exp: number } {
  const iat = Math.floor(issuedAt.getTime() / 1000);
  return { iat, exp: iat + seconds };
}

/** Makes a random code in groups of characters, such as `BCDF-GHJK`. */
export function randomCode(alphabet: string, groups: readonly number[]): string {
  const pick = () => alphabet.charAt(randomInt(alphabet.length));
  return groups.map((length) => Array.from({ length }, pick).join('')).join('-');
}

export const consonants = 'BCDFGHJKLMNPQRSTVWXZ';
export const day = 86_400;

/** The claims that the vendor adds to these products. They have one level, as most products write them. */
export function toClaims(
  { id, name, kind, url, organization, hub }: StrangerDevice,
  terms: Terms,
): JsonObject {
  const claims = {
    device_id: id,
    device_name: name,
    device_kind: kind,
    device_url: url,
    organization_id: organization.id,
    organization_name: organization.name,
    license_features: terms.features,
    license_renewal_date: terms.renewalDate,
    hub_id: hub?.id,
    hub_name: hub?.name,
    hub_url: hub?.url,
  };
  // A claim without a value is not sent by any of the four products.
  return Object.fromEntries(
    Object.entries(claims).filter(([, value]) => value !== null && value !== undefined),
  );
}

export function secondsAfter(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
