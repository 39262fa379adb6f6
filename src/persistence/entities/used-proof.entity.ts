import { Column, Entity, PrimaryColumn } from 'typeorm';
import { instantTransformer } from '../instant-transformer.js';

/** A proof of possession that was used; it cannot be used again. */
@Entity('used_proof')
export class UsedProofRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ name: 'expires_at', type: 'bigint', transformer: instantTransformer })
  expiresAt!: Date;
}
