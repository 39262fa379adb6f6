import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far the hub has got the events. Those of before wait for it too, should there ever be one. */
export class DeliverToHub1764200000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of statements) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Restore a backup instead: the hub would get what it has once more.');
  }
}

const statements = [
  'ALTER TABLE outbox_event ADD COLUMN hub_published_at BIGINT',
  'CREATE INDEX outbox_event_not_at_hub ON outbox_event (sequence) WHERE hub_published_at IS NULL',
];
