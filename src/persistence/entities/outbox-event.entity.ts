import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigintTransformer, instantTransformer } from '../instant-transformer.js';

/** An event, committed together with the change that caused it and published later. */
@Entity('outbox_event')
export class OutboxEventRow {
  @PrimaryColumn({ type: 'bigint', transformer: bigintTransformer })
  sequence!: number;

  @Column({ name: 'event_id', type: 'text' })
  eventId!: string;

  @Column({ type: 'text' })
  subject!: string;

  @Column({ type: 'text' })
  body!: string;

  @Column({ name: 'created_at', type: 'bigint', transformer: instantTransformer })
  createdAt!: Date;

  @Column({ name: 'published_at', type: 'bigint', nullable: true, transformer: instantTransformer })
  publishedAt!: Date | null;

  /** When the hub acknowledged it, or when delivery was given up. */
  @Column({ name: 'hub_published_at', type: 'bigint', nullable: true, transformer: instantTransformer })
  hubPublishedAt!: Date | null;
}
