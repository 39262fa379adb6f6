import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The one license of this server: its state as a document, its secrets sealed. */
@Entity('license')
export class LicenseRow {
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  /** Counts the changes: a writer that saw an older version changes nothing. */
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
