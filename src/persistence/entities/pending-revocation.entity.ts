import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { instantTransformer } from '../instant-transformer.js';

/** A dropped grant that must still be revoked at the Authorization server. */
@Entity('pending_revocation')
export class PendingRevocationRow {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number;

  @Column({ type: 'text' })
  secrets!: string;

  @Column({ type: 'integer' })
  failures!: number;

  @Column({ name: 'next_attempt_at', type: 'bigint', transformer: instantTransformer })
  nextAttemptAt!: Date;
}
