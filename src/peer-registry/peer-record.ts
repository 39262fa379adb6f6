import type { LicenseStatus } from '../domain/license-status.js';
import type { DeviceKind } from '../domain/device-kind.js';

/** What this server knows of a register or store server that has come to it; it outlives the connection. */
export interface KnownPeer {
  readonly deviceId: string;
  readonly kind: DeviceKind;
  readonly name: string;
  readonly features: readonly string[];
  /** From when on the token counts as expiring: its end, where nobody has said anything earlier. */
  readonly tokenWarnsAt: Date | null;
  readonly tokenExpiresAt: Date | null;
  /** When it last proved itself or sent something, to the minute. */
  readonly lastSeenAt: Date;
  /** As the events of a store server told last; null: none has told it. */
  readonly status: LicenseStatus | null;
  readonly reason: string | null;
  readonly renewalDate: Date | null;
  /** Since when the store has had no answer from the Authorization server. */
  readonly offlineSince: Date | null;
  readonly clockSuspect: boolean;
  readonly reauthorizationRequired: boolean;
  /** Of the last event, of either kind. */
  readonly sequence: number | null;
  readonly statusAt: Date | null;
  /** The version of the schema that the last `license.status` was written by. */
  readonly eventVersion: number | null;
}
