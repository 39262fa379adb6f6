import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An internal value of the service, such as the hash of the admin token. */
@Entity('setting')
export class KeyValueRow {
  @PrimaryColumn({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  value!: string;
}
