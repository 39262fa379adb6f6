import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stores the proofs that registers and store servers have used. */
export class AddUsedProofs1764100000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of statements) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Restore a backup instead: used proofs would be accepted again.');
  }
}

const statements = [
  `CREATE TABLE used_proof (
    id TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
  )`,
  `CREATE INDEX used_proof_by_end ON used_proof (expires_at)`,
];
