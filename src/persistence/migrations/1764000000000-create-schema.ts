import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Creates the first schema in both SQL dialects. */
export class CreateSchema1764000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const isPostgres = queryRunner.dataSource.options.type === 'postgres';
    const numbered = isPostgres
      ? 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY'
      : 'INTEGER PRIMARY KEY AUTOINCREMENT';
    const statements = [...createTables(numbered), ...(isPostgres ? guardAuditPostgres : guardAuditSqlite)];
    for (const statement of statements) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('There is no earlier schema: restore a backup instead.');
  }
}

const createTables = (numbered: string) => [
  `CREATE TABLE license (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    secrets TEXT
  )`,
  // Always exists, so that a transaction has a row to lock.
  `INSERT INTO license (id, version, state) VALUES (1, 0, '{}')`,
  `CREATE TABLE pending_authorization (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sealed TEXT NOT NULL
  )`,
  `CREATE TABLE pending_revocation (
    id ${numbered},
    secrets TEXT NOT NULL,
    failures INTEGER NOT NULL,
    next_attempt_at BIGINT NOT NULL
  )`,
  `CREATE TABLE outbox_event (
    sequence BIGINT PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    published_at BIGINT
  )`,
  `CREATE INDEX outbox_event_unpublished ON outbox_event (sequence) WHERE published_at IS NULL`,
  `CREATE INDEX outbox_event_by_subject ON outbox_event (subject, sequence)`,
  `CREATE TABLE audit_entry (
    id ${numbered},
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    reason TEXT,
    before TEXT,
    after TEXT
  )`,
  `CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  )`,
  `CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    expires_at BIGINT NOT NULL
  )`,
];

const guardAuditSqlite = ['UPDATE', 'DELETE'].map(
  (act) => `CREATE TRIGGER audit_entry_refuses_${act.toLowerCase()} BEFORE ${act} ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only.'); END`,
);

const guardAuditPostgres = [
  `CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'The audit trail is append-only.'; END $$`,
  `CREATE TRIGGER audit_entry_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()`,
];
