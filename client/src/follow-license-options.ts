import type { JsonWebKey } from 'node:crypto';
import type { TlsOptions } from '@nats-io/transport-node';
import type { ProfileOption } from './load-profile.js';
import type { LicensedDevice } from './device/licensed-device.js';
import type { LicenseStatusEvent, TokenExpiringEvent } from './license-event.js';
import type { LicenseView } from './license-view.js';
import type { Consideration } from './known-license.js';

/** How and when an event reached this register. */
export interface Delivery {
  /** `live`: received when it was published. `stored`: read from the stream after a (re)connection. */
  readonly kind: 'live' | 'stored';
  readonly receivedAt: Date;
}

/** A change of the connection to the broker. While disconnected, the follower retries about every second, without end. */
export type ConnectionChange =
  | { readonly state: 'connected'; readonly broker: string }
  | { readonly state: 'disconnected'; readonly reason: string };

/** A message that was dropped, and the reason. Duplicates are normal after a reconnection. */
export interface Drop {
  readonly subject: string;
  readonly reason: 'malformed' | 'wrong-type' | Exclude<Consideration, 'news'>;
  readonly detail: string;
}

type Listener<Arguments extends unknown[]> = (...values: Arguments) => void | Promise<void>;

/** The broker to connect to and the server to follow. */
export interface ServerOptions {
  /** The address of the server's broker, such as `nats://10.0.0.2:4222`. Several addresses are tried in turn. */
  readonly natsUrl?: string | readonly string[];
  /**
   * The URL of the server, which reports its broker address if `natsUrl` is absent. Default: the hub URL in the device's
   * token. Not used with `user`.
   */
  readonly serverUrl?: string | URL;
  /** The id of the server to follow. Default: the hub in the device's token, or else the first server that publishes. */
  readonly serverId?: string;
  /** TLS options of the connection. If set, even to `{}`, a broker without TLS is refused. */
  readonly tls?: TlsOptions;
}

/** A user in the broker's configuration. */
export interface UserCredentials {
  readonly user: string;
  readonly password: string;
}

/** A license token that the application acquires and refreshes itself. */
export interface TokenCredentials {
  /** Default: the device id in the token. */
  readonly deviceId?: string;
  /** The token, or a function that is called at each (re)connection and returns it. */
  readonly token: string | (() => string);
  /** The private key that the token is bound to, as a JWK. Without it the token is sent without a proof. */
  readonly dpopKey?: JsonWebKey;
  /** Describes where the token has its claims. Default: `default`. */
  readonly profile?: ProfileOption;
}

/** A device of `createDevice`. Until it is authorized, the follower retries and stays disconnected. */
export interface DeviceCredentials {
  readonly device: LicensedDevice;
}

/** The credentials for the broker: a user, a token, or a device. */
export type Credentials = UserCredentials | TokenCredentials | DeviceCredentials;

interface Listeners {
  /** Called once for each event that is newer than the one before. */
  readonly onLicenseStatus?: Listener<[event: LicenseStatusEvent, delivery: Delivery]>;
  /** Called once for each warning of the server's current token. */
  readonly onTokenExpiring?: Listener<[event: TokenExpiringEvent, delivery: Delivery]>;
  /** Called when the connection is made or lost, and when the reason of the disconnection changes. */
  readonly onConnection?: Listener<[change: ConnectionChange]>;
  /** Called after each (re)connection, once the last events are read; `null` if the server was never licensed. */
  readonly onCaughtUp?: Listener<[license: LicenseView | null]>;
  /** Called for each message that is dropped. */
  readonly onDropped?: Listener<[drop: Drop]>;
}

/** Options of `followLicense`. A callback that throws or rejects causes a process warning (`license-callback-failed`). */
export type FollowLicenseOptions = ServerOptions & Listeners & Credentials;
