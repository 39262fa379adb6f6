import { Column, Entity, PrimaryColumn } from 'typeorm';
import { instantTransformer } from '../instant-transformer.js';

/** The process that holds a task, and until when. */
@Entity('lease')
export class LeaseRow {
  @PrimaryColumn({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  holder!: string;

  @Column({ name: 'expires_at', type: 'bigint', transformer: instantTransformer })
  expiresAt!: Date;
}
