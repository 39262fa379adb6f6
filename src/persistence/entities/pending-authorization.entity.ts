import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The device code that waits for a person's approval, sealed as a whole. */
@Entity('pending_authorization')
export class PendingAuthorizationRow {
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  @Column({ type: 'text' })
  sealed!: string;
}
