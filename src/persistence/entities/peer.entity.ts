import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { LicenseStatus } from '../../domain/license-status.js';
import type { DeviceKind } from '../../domain/device-kind.js';
import { instantTransformer, optionalBigintTransformer } from '../instant-transformer.js';

const instant = { type: 'bigint', transformer: instantTransformer } as const;
const optionalInstant = { ...instant, nullable: true } as const;

/** A register or store server that has connected to this server. */
@Entity('peer')
export class PeerRow {
  @PrimaryColumn({ name: 'device_id', type: 'text' })
  deviceId!: string;

  @Column({ type: 'text' })
  kind!: DeviceKind;

  @Column({ type: 'text' })
  name!: string;

  /** The name in lower case, for searching. */
  @Column({ name: 'name_key', type: 'text' })
  nameKey!: string;

  @Column({ type: 'simple-json' })
  features!: string[];

  @Column({ name: 'token_warns_at', ...optionalInstant })
  tokenWarnsAt!: Date | null;

  @Column({ name: 'token_expires_at', ...optionalInstant })
  tokenExpiresAt!: Date | null;

  @Column({ name: 'last_seen_at', ...instant })
  lastSeenAt!: Date;

  @Column({ type: 'text', nullable: true })
  status!: LicenseStatus | null;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ name: 'renewal_date', ...optionalInstant })
  renewalDate!: Date | null;

  @Column({ name: 'offline_since', ...optionalInstant })
  offlineSince!: Date | null;

  @Column({ name: 'clock_suspect', type: 'boolean' })
  clockSuspect!: boolean;

  @Column({ name: 'clock_ahead_since', ...optionalInstant })
  clockAheadSince!: Date | null;

  @Column({ name: 'reauthorization_required', type: 'boolean' })
  reauthorizationRequired!: boolean;

  @Column({ type: 'text', nullable: true })
  refusal!: string | null;

  @Column({ name: 'refused_at', ...optionalInstant })
  refusedAt!: Date | null;

  @Column({ type: 'bigint', nullable: true, transformer: optionalBigintTransformer })
  sequence!: number | null;

  @Column({ name: 'status_at', ...optionalInstant })
  statusAt!: Date | null;

  @Column({ name: 'event_version', type: 'integer', nullable: true })
  eventVersion!: number | null;

  @Column({ name: 'service_version', type: 'text', nullable: true })
  serviceVersion!: string | null;

  /** The maximum date if it never does. */
  @Column({ name: 'needs_attention_from', ...instant })
  needsAttentionFrom!: Date;
}
