import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The pending device code, encrypted as a whole. */
@Entity('pending_authorization')
export class PendingAuthorizationRow {
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  @Column({ type: 'text' })
  sealed!: string;
}
