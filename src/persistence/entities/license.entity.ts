import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The only license of this server: its state as JSON, its secrets encrypted. */
@Entity('license')
export class LicenseRow {
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  /** Incremented by each change; a write based on an older version fails. */
  @Column({ type: 'integer' })
  version!: number;

  @Column({ type: 'text' })
  state!: string;

  @Column({ type: 'text', nullable: true })
  secrets!: string | null;

  /** The hash of the last audit entry. */
  @Column({ name: 'audit_head', type: 'text' })
  auditHead!: string;
}
