import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { instantTransformer } from '../instant-transformer.js';

/** One line of the audit trail. The database refuses to change or delete it. */
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

  /** Over this entry and the hash of the one before it. */
  @Column({ type: 'text' })
  hash!: string;
}
