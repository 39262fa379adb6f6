import type { JWK } from 'jose';
import type { LicenseGrant } from '../license.js';
import type { RefreshFailure } from '../refresh-failure.js';

/** The secrets issued for a device code or a refresh token. Never show or log them. */
export interface GrantSecrets {
  /** The license token, a JWT (RFC 9068). */
  readonly accessToken: string;
  readonly refreshToken: string;
  /** The private key that the tokens are bound to (RFC 9449) as a JWK; `null` for a bearer grant. */
  readonly dpopKey: JWK | null;
}

/** A license with the secrets that prove and refresh it. */
export interface IssuedGrant {
  readonly grant: LicenseGrant;
  readonly secrets: GrantSecrets;
}

/**
 * The Authorization server gave no usable answer. `status` is 503 if it was not reached, 502 if its answer was invalid.
 */
export interface Unreachable {
  readonly kind: 'unreachable';
  readonly status: 502 | 503;
  readonly code: string;
  readonly message: string;
  /** False if the request may have taken effect without an answer. */
  readonly isConclusive: boolean;
  readonly retryAfterMs?: number;
}

/** A device code with the data needed to approve it (RFC 8628 section 3.2). */
export interface IssuedDeviceCode {
  readonly kind: 'issued';
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  /** `verificationUri` with the user code in it; `null` if the server does not offer it. */
  readonly verificationUriComplete: string | null;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
  /** The key that the tokens will be bound to; `null` if the server does not support DPoP. */
  readonly dpopKey: JWK | null;
}

/** The answer to one poll (RFC 8628 section 3.5). */
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
      /** A grant that was issued despite the refusal and must be revoked; `null` if there is none. */
      readonly secrets: GrantSecrets | null;
    }
  | Unreachable;

export type RefreshAnswer =
  | ({ readonly kind: 'granted' } & IssuedGrant)
  | Exclude<RefreshFailure, { kind: 'unreachable' }>
  | Unreachable;

/** `not-offered`: the server has no revocation endpoint, so do not retry. */
export type RevocationAnswer = { readonly kind: 'revoked' | 'not-offered' } | Unreachable;

/**
 * The verdict of an introspection endpoint (RFC 7662). `answeredAt` is the `Date` of the answer, `null` if it has none.
 * `not-offered`: the server has no such endpoint.
 */
export type Introspection =
  | {
      readonly kind: 'active' | 'inactive';
      readonly endpoint: string;
      readonly answeredAt: Date | null;
    }
  | { readonly kind: 'not-offered' }
  | Unreachable;

/** The OAuth 2.0 server that grants licenses. Expected outcomes are returned; only programming errors are thrown. */
export abstract class AuthorizationServer {
  /**
   * Requests a device code (RFC 8628 section 3.1).
   * @param deviceName the name of this server, which a server that knows the parameter `device_name` shows to the person
   */
  abstract requestDeviceCode(deviceName?: string | null): Promise<IssuedDeviceCode | Unreachable>;

  /** Polls once for the tokens of a device code (RFC 8628 section 3.4). */
  abstract redeemDeviceCode(deviceCode: string, dpopKey: JWK | null): Promise<DeviceCodeAnswer>;

  /**
   * Requests a new license token (RFC 6749 section 6). Its identity must match `expected`.
   * @param onNewRefreshToken is awaited with a replacement refresh token if the answer cannot be used, and before another
   *   request for it: the previous refresh token may be spent. Otherwise the grant contains it
   */
  abstract refresh(
    secrets: GrantSecrets,
    expected: { serverId: string; organizationId: string },
    onNewRefreshToken: (refreshToken: string) => Promise<void>,
  ): Promise<RefreshAnswer>;

  /** Revokes the grant of a refresh token (RFC 7009). An unknown token counts as revoked. */
  abstract revoke(secrets: GrantSecrets): Promise<RevocationAnswer>;

  /** Asks whether a license token is active (RFC 7662). */
  abstract introspect(accessToken: string): Promise<Introspection>;

  /** Returns the address of its web portal (RFC 8414 `service_documentation`); `null` if it is unknown. */
  abstract findUserPortal(): Promise<string | null>;
}
