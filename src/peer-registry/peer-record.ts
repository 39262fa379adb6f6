import type { LicenseStatus } from '../domain/license-status.js';
import type { DeviceKind } from '../domain/device-kind.js';

/** The record of a register or store server that has connected to this server; it outlives the connection. */
export interface KnownPeer {
  readonly deviceId: string;
  readonly kind: DeviceKind;
  readonly name: string;
  readonly features: readonly string[];
  /** When the token begins to count as expiring: at its end, unless an event of the peer gives an earlier time. */
  readonly tokenWarnsAt: Date | null;
  readonly tokenExpiresAt: Date | null;
  /** The time of its last sighting, to the minute. */
  readonly lastSeenAt: Date;
  /** From the last event of a store server; `null` if there is none. */
  readonly status: LicenseStatus | null;
  readonly reason: string | null;
  readonly renewalDate: Date | null;
  /** Since when the store has had no answer from the Authorization server. */
  readonly offlineSince: Date | null;
  readonly clockSuspect: boolean;
  /** Since when its events have been ahead of the clock of this server, which ignores them. */
  readonly clockAheadSince: Date | null;
  readonly reauthorizationRequired: boolean;
  /** The code of the refusal of its last attempt; `null` since it was admitted. */
  readonly refusal: string | null;
  readonly refusedAt: Date | null;
  /** The sequence of the last event of either type. */
  readonly sequence: number | null;
  readonly statusAt: Date | null;
  /** The schema version of the last `license.status`. */
  readonly eventVersion: number | null;
  /** The version of its licensing service; `null` if the event does not report it. */
  readonly serviceVersion: string | null;
}
