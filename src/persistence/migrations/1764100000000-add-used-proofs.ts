import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The proofs with which registers and store servers have come in. */
export class AddUsedProofs1764100000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of statements) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Restore a backup instead: a proof that was used would count once more.');
  }
}

const statements = [
  `CREATE TABLE used_proof (
    id TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
  )`,
  `CREATE INDEX used_proof_by_end ON used_proof (expires_at)`,
];
