import type { JWK } from 'jose';
import type { LicenseGrant } from '../license.js';
import type { RefreshFailure } from '../refresh-failure.js';

/** What the Authorization server hands out for a device code or a refresh token; none of it may ever be shown. */
export interface GrantSecrets {
  /** The license token itself, a JWT (RFC 9068). */
  readonly accessToken: string;
  readonly refreshToken: string;
  /** The private key that the tokens are bound to (RFC 9449) as a JWK; null: a plain bearer grant. */
  readonly dpopKey: JWK | null;
}

/** A license with the secrets that prove and refresh it. */
export interface IssuedGrant {
  readonly grant: LicenseGrant;
  readonly secrets: GrantSecrets;
}

/** No usable answer came from the Authorization server. `status` 503: not reached; 502: reached, not understood. */
export interface Unreachable {
  readonly kind: 'unreachable';
  readonly status: 502 | 503;
  readonly code: string;
  readonly message: string;
  /** False if the request may have taken effect although no answer came. */
  readonly isConclusive: boolean;
  readonly retryAfterMs?: number;
}

/** RFC 8628 section 3.2: a device code and what a person needs to approve it. */
export interface IssuedDeviceCode {
  readonly kind: 'issued';
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
  /** The key that the tokens of this code will be bound to; null where the server offers no DPoP. */
  readonly dpopKey: JWK | null;
}

/** RFC 8628 section 3.5: the answers to one poll. */
export type DeviceCodeAnswer =
  | ({ readonly kind: 'granted' } & IssuedGrant)
  | { readonly kind: 'pending' }
  | { readonly kind: 'slow-down' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'expired' }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly message: string;
      /** A grant that was issued all the same, and is to be revoked; null: none was. */
      readonly secrets: GrantSecrets | null;
    }
  | Unreachable;

export type RefreshAnswer =
  | ({ readonly kind: 'granted' } & IssuedGrant)
  | Exclude<RefreshFailure, { kind: 'unreachable' }>
  | Unreachable;

/** `not-offered`: the server has no revocation endpoint, so there is nothing to try again. */
export type RevocationAnswer = { readonly kind: 'revoked' | 'not-offered' } | Unreachable;

/** The cloud OAuth 2.0 server that grants licenses. Expected answers are returned; only faults of our own are thrown. */
export abstract class AuthorizationServer {
  /** Asks for a device code (RFC 8628 section 3.1). */
  abstract requestDeviceCode(): Promise<IssuedDeviceCode | Unreachable>;

  /** Polls once for the tokens of a device code (RFC 8628 section 3.4). */
  abstract redeemDeviceCode(deviceCode: string, dpopKey: JWK | null): Promise<DeviceCodeAnswer>;

  /**
   * Gets a new license token (RFC 6749 section 6). The identity of the token must be that of `expected`.
   * @param onNewRefreshToken is awaited with a refresh token that replaces the one of `secrets`, before the license token
   *   beside it is judged: the one that was sent may be spent, whatever is wrong with the rest of the answer
   */
  abstract refresh(
    secrets: GrantSecrets,
    expected: { serverId: string; organizationId: string },
    onNewRefreshToken: (refreshToken: string) => Promise<void>,
  ): Promise<RefreshAnswer>;

  /** Revokes the grant of a refresh token (RFC 7009). An unknown token counts as revoked. */
  abstract revoke(secrets: GrantSecrets): Promise<RevocationAnswer>;

  /** Where a person finds its pages, as its metadata names them (RFC 8414 `service_documentation`); null: not known. */
  abstract findPeoplePage(): Promise<string | null>;

  /** Tells whether the server answers at all, by its metadata (RFC 8414). */
  abstract checkReachable(): Promise<{ readonly kind: 'reachable' } | Unreachable>;
}
