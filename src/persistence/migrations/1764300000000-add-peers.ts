import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stores the registers and store servers that have connected to this server. */
export class AddPeers1764300000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const isPostgres = queryRunner.dataSource.options.type === 'postgres';
    // Paging by id and prefix search compare bytes, as SQLite does, in any locale of the database.
    for (const statement of statements(isPostgres ? 'TEXT COLLATE "C"' : 'TEXT')) {
      await queryRunner.query(statement);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE peer');
  }
}

const statements = (ordered: string) => [
  `CREATE TABLE peer (
    device_id ${ordered} PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key ${ordered} NOT NULL,
    features TEXT NOT NULL,
    token_warns_at BIGINT,
    token_expires_at BIGINT,
    last_seen_at BIGINT NOT NULL,
    status TEXT,
    reason TEXT,
    renewal_date BIGINT,
    offline_since BIGINT,
    clock_suspect BOOLEAN NOT NULL,
    reauthorization_required BOOLEAN NOT NULL,
    sequence BIGINT,
    status_at BIGINT,
    event_version INTEGER,
    needs_attention_from BIGINT NOT NULL
  )`,
  `CREATE INDEX peer_by_attention ON peer (needs_attention_from, device_id)`,
  `CREATE INDEX peer_by_kind ON peer (kind, device_id)`,
  `CREATE INDEX peer_by_kind_and_attention ON peer (kind, needs_attention_from, device_id)`,
  `CREATE INDEX peer_by_name ON peer (name_key)`,
];
