import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds since when the events of a store have been ahead of the clock of this server. */
export class AddClockAhead1764520000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE peer ADD COLUMN clock_ahead_since BIGINT');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE peer DROP COLUMN clock_ahead_since');
  }
}
