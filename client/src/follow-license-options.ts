import type { JsonWebKey } from 'node:crypto';
import type { TlsOptions } from '@nats-io/transport-node';
import type { LicensedDevice } from './device/licensed-device.js';
import type { LicenseStatusEvent, TokenExpiringEvent } from './license-event.js';
import type { LicenseView } from './license-view.js';
import type { Consideration } from './known-license.js';

/** How an event reached this register. */
export interface Delivery {
  /** `live`: as it happened. `stored`: read from the stream after a (re)connection, so it happened before. */
  readonly kind: 'live' | 'stored';
  readonly receivedAt: Date;
}

/** The connection to the broker came or went; while it is away, it is tried again about every second, for ever. */
export type ConnectionChange =
  | { readonly state: 'connected'; readonly broker: string }
  | { readonly state: 'disconnected'; readonly reason: string };

/** An event or other message that was left out, and why; repeats are normal after a reconnection. */
export interface Drop {
  readonly subject: string;
  readonly reason: 'malformed' | 'wrong-type' | Exclude<Consideration, 'news'>;
  readonly detail: string;
}

type Listener<Arguments extends unknown[]> = (...values: Arguments) => void | Promise<void>;

/** Where the broker is, and whose it is. */
export interface ServerOptions {
  /** Where the server's broker listens, e.g. `nats://10.0.0.2:4222`; several are tried in turn. */
  readonly natsUrl?: string | readonly string[];
  /**
   * The server's own URL, which is asked for the broker where `natsUrl` is absent; without either, the URL of the hub
   * that the device's token names. Only for a device with a token.
   */
  readonly serverUrl?: string | URL;
  /** The server to follow; absent: the hub that the device's token names, or else the one that is heard first. */
  readonly serverId?: string;
  /** Present, also as `{}`: a broker without TLS is refused. */
  readonly tls?: TlsOptions;
}

/** A user that the broker's configuration knows. */
export interface UserCredentials {
  readonly user: string;
  readonly password: string;
}

/** A license token that somebody else acquires and refreshes. */
export interface TokenCredentials {
  /** Absent: the `sub` of the token. */
  readonly deviceId?: string;
  /** As a function it is asked anew at each (re)connection. */
  readonly token: string | (() => string);
  /** The private key that the token is bound to, as a JWK; absent: the token is shown without a proof. */
  readonly dpopKey?: JsonWebKey;
}

/** A device of `createDevice`: while it is not authorized, the connection waits for it. */
export interface DeviceCredentials {
  readonly device: LicensedDevice;
}

export type Credentials = UserCredentials | TokenCredentials | DeviceCredentials;

interface Listeners {
  readonly onLicenseStatus?: Listener<[event: LicenseStatusEvent, delivery: Delivery]>;
  readonly onTokenExpiring?: Listener<[event: TokenExpiringEvent, delivery: Delivery]>;
  readonly onConnection?: Listener<[change: ConnectionChange]>;
  /** After each (re)connection, once what the server told last has been read; null: it was never licensed. */
  readonly onCaughtUp?: Listener<[license: LicenseView | null]>;
  readonly onDropped?: Listener<[drop: Drop]>;
}

export type FollowLicenseOptions = ServerOptions & Listeners & Credentials;
