import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A value that the service keeps for itself, such as the hash of the admin token. */
@Entity('setting')
export class KeyValueRow {
  @PrimaryColumn({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  value!: string;
}
