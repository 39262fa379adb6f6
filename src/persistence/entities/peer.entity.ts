import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigintTransformer, instantTransformer } from '../instant-transformer.js';

/** A register or a store server that this server has let in. */
@Entity('peer')
export class PeerRow {
  @PrimaryColumn({ name: 'device_id', type: 'text' })
  deviceId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  kind!: string;

  /** JSON. */
  @Column({ type: 'text' })
  features!: string;

  @Column({ name: 'token_expires_at', type: 'bigint', transformer: instantTransformer })
  tokenExpiresAt!: Date;

  @Column({ name: 'last_seen_at', type: 'bigint', transformer: instantTransformer })
  lastSeenAt!: Date;

  /** The license view of its last event as JSON; null: it has sent none, as registers do not. */
  @Column({ type: 'text', nullable: true })
  status!: string | null;

  /** Of that event; 0: none. */
  @Column({ type: 'bigint', transformer: bigintTransformer })
  sequence!: number;
}
