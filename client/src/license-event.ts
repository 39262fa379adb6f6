import type { ConnectionError, LicenseStatus, LicenseView } from './license-view.js';

/** The two NATS subjects that a server tells its license on; the subject of an event is also its `type`. */
export const licenseSubjects = ['license.status', 'token.expiring'] as const;
export type LicenseSubject = (typeof licenseSubjects)[number];

/** What both events share: CloudEvents 1.0, structured mode. */
interface EventEnvelope<Type extends LicenseSubject, Data> {
  readonly specversion: '1.0';
  /** A repeat of the same event carries the same id. */
  readonly id: string;
  /** `/servers/<serverId>` */
  readonly source: string;
  readonly type: Type;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Sixteen digits, one counter for both subjects: orders as a string too. */
  readonly sequence: string;
  readonly data: Data;
}

/** The license changed in a way that a register or peer server acts on. */
export type LicenseStatusEvent = EventEnvelope<
  'license.status',
  LicenseView & { readonly previousStatus: LicenseStatus }
>;

/** The server's token nears its end and no refresh has replaced it. */
export type TokenExpiringEvent = EventEnvelope<
  'token.expiring',
  {
    readonly serverId: string;
    /** ISO 8601, UTC. */
    readonly expiresAt: string;
    readonly secondsRemaining: number;
    /** The threshold that was reached, in seconds before the end; 0: the end itself. */
    readonly thresholdSeconds: number;
    readonly lastRefreshError: ConnectionError | null;
    /** ISO 8601, UTC; null: the server is online. */
    readonly offlineSince: string | null;
  }
>;

export type LicenseEvent = LicenseStatusEvent | TokenExpiringEvent;
