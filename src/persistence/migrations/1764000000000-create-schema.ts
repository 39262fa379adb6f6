import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The first schema. */
export class CreateSchema1764000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of statements) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('The first schema has nothing to go back to: restore a backup instead.');
  }
}

const statements = [
  `CREATE TABLE license (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    secrets TEXT
  )`,
  `CREATE TABLE pending_authorization (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sealed TEXT NOT NULL
  )`,
  `CREATE TABLE pending_revocation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
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
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    reason TEXT,
    before TEXT,
    after TEXT
  )`,
  `CREATE TRIGGER audit_entry_is_never_changed BEFORE UPDATE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only.'); END`,
  `CREATE TRIGGER audit_entry_is_never_deleted BEFORE DELETE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only.'); END`,
  `CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  )`,
];
