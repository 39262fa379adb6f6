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

interface FollowOptions {
  /** Where the server's broker listens, e.g. `nats://10.0.0.2:4222`; several are tried in turn. */
  readonly url: string | readonly string[];
  /** The server to follow; absent: the one that is heard first, for as long as it is licensed. */
  readonly serverId?: string;
  readonly onLicenseStatus?: Listener<[event: LicenseStatusEvent, delivery: Delivery]>;
  readonly onTokenExpiring?: Listener<[event: TokenExpiringEvent, delivery: Delivery]>;
  readonly onConnection?: Listener<[change: ConnectionChange]>;
  /** After each (re)connection, once what the server told last has been read; null: it was never licensed. */
  readonly onCaughtUp?: Listener<[license: LicenseView | null]>;
  readonly onDropped?: Listener<[drop: Drop]>;
}

/** A user that the broker's configuration knows. */
export interface UserCredentials {
  readonly user: string;
  readonly password: string;
}

/** The device's own license token; as a function it is asked anew at each (re)connection. */
export interface TokenCredentials {
  readonly deviceId: string;
  readonly token: string | (() => string);
}

export type FollowLicenseOptions = FollowOptions & (UserCredentials | TokenCredentials);
