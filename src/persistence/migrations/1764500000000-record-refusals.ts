import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Records why this server refused a known peer. */
export class RecordRefusals1764500000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE peer ADD COLUMN refusal TEXT');
    await queryRunner.query('ALTER TABLE peer ADD COLUMN refused_at BIGINT');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE peer DROP COLUMN refused_at');
    await queryRunner.query('ALTER TABLE peer DROP COLUMN refusal');
  }
}
