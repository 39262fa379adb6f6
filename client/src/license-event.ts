import type { ConnectionError, LicenseStatus, LicenseView } from './license-view.js';

/** The two NATS subjects that a server publishes its license on. The `type` of an event equals its subject. */
export const licenseSubjects = ['license.status', 'token.expiring'] as const;
export type LicenseSubject = (typeof licenseSubjects)[number];

/** The envelope of both events: CloudEvents 1.0, structured mode. */
interface EventEnvelope<Type extends LicenseSubject, Data> {
  readonly specversion: '1.0';
  /** Unique for each event. A repeat of an event has the same id. */
  readonly id: string;
  /** `/servers/<serverId>` */
  readonly source: string;
  readonly type: Type;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Sixteen digits, from one counter for both subjects. It can be compared as a string. */
  readonly sequence: string;
  readonly data: Data;
}

/** Reports a change of the license that registers and peer servers act on. */
export type LicenseStatusEvent = EventEnvelope<
  'license.status',
  LicenseView & {
    readonly previousStatus: LicenseStatus;
    /** The server ID before `server-changed`; `null` for every other reason. */
    readonly previousServerId: string | null;
  }
>;

/** Warns that the server's token nears its end and no refresh has replaced it. */
export type TokenExpiringEvent = EventEnvelope<
  'token.expiring',
  {
    readonly serverId: string;
    /** ISO 8601, UTC. */
    readonly expiresAt: string;
    readonly secondsRemaining: number;
    /** The threshold that was reached, in seconds before the end; 0 if the token has ended. */
    readonly thresholdSeconds: number;
    readonly lastRefreshError: ConnectionError | null;
    /** ISO 8601, UTC; `null` if the server is online. */
    readonly offlineSince: string | null;
  }
>;

/** An event of a server's license, discriminated by `type`. */
export type LicenseEvent = LicenseStatusEvent | TokenExpiringEvent;
