import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stores the version of the service that a store server reports. */
export class AddServiceVersion1764519100000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE peer ADD COLUMN service_version TEXT');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE peer DROP COLUMN service_version');
  }
}
