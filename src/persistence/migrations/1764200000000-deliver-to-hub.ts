import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Records which events the hub has received. Existing events stay queued for a future hub. */
export class DeliverToHub1764200000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of statements) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Restore a backup instead: the hub would receive events again.');
  }
}

const statements = [
  'ALTER TABLE outbox_event ADD COLUMN hub_published_at BIGINT',
  'CREATE INDEX outbox_event_not_at_hub ON outbox_event (sequence) WHERE hub_published_at IS NULL',
];
