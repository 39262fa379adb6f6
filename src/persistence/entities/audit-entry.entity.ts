import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { instantTransformer } from '../instant-transformer.js';

/** An entry of the audit trail. A trigger prevents changing or deleting it. */
@Entity('audit_entry')
export class AuditEntryRow {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number;

  @Column({ type: 'bigint', transformer: instantTransformer })
  at!: Date;

  @Column({ type: 'text' })
  actor!: string;

  @Column({ type: 'text', nullable: true })
  address!: string | null;

  @Column({ type: 'text' })
  action!: string;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'text', nullable: true })
  before!: string | null;

  @Column({ type: 'text', nullable: true })
  after!: string | null;

  /** The hash of this entry and the previous hash. */
  @Column({ type: 'text' })
  hash!: string;
}
