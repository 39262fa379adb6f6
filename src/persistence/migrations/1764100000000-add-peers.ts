import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is known of registers and store servers, and the proofs that they have shown. */
export class AddPeers1764100000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of statements) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Restore a backup instead: what is known of the peers would be lost.');
  }
}

const statements = [
  `CREATE TABLE used_proof (
    id TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
  )`,
  `CREATE INDEX used_proof_by_end ON used_proof (expires_at)`,
  `CREATE TABLE peer (
    device_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    features TEXT NOT NULL,
    token_expires_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    status TEXT,
    sequence BIGINT NOT NULL
  )`,
];
