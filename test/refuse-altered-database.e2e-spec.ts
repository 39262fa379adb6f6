import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseSettings } from '../src/config/settings.js';
import { openDataSource } from '../src/persistence/open-data-source.js';
import { databaseName, isOnPostgres } from './support/create-database.js';
import { createMigratedDatabase } from './support/create-migrated-database.js';

const plantedOnSqlite: [string, string, RegExp][] = [
  [
    'a trigger that sets the admin token',
    `CREATE TRIGGER planted AFTER INSERT ON audit_entry BEGIN UPDATE setting SET value = 'x'; END`,
    /trigger planted/,
  ],
  ['a view', 'CREATE VIEW planted AS SELECT * FROM license', /view planted/],
  ['a table', 'CREATE TABLE planted (a)', /table planted/],
  ['an index with an expression', 'CREATE INDEX planted ON setting (upper(value))', /index planted/],
  ['another column', 'ALTER TABLE setting ADD COLUMN planted TEXT', /table setting/],
  [
    'no guard of the audit trail',
    'DROP TRIGGER audit_entry_refuses_update',
    /trigger audit_entry_refuses_update/,
  ],
  [
    'a weaker guard of the audit trail',
    `DROP TRIGGER audit_entry_refuses_update;
     CREATE TRIGGER audit_entry_refuses_update BEFORE UPDATE ON audit_entry BEGIN SELECT 1; END`,
    /trigger audit_entry_refuses_update/,
  ],
  [
    'a trigger under a reserved name',
    `CREATE TRIGGER planted AFTER INSERT ON audit_entry BEGIN UPDATE setting SET value = 'x'; END;
     PRAGMA writable_schema = ON;
     UPDATE sqlite_master SET name = 'sqlite_planted', sql = replace(sql, 'planted', 'sqlite_planted') WHERE name = 'planted';
     PRAGMA writable_schema = OFF`,
    /trigger sqlite_planted|damaged/,
  ],
];

const plantedOnPostgres: [string, string, RegExp][] = [
  [
    'a trigger that sets the admin token',
    `CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
     CREATE TRIGGER planted AFTER INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION planted()`,
    /trigger planted/,
  ],
  [
    'a rule',
    `CREATE RULE planted AS ON INSERT TO audit_entry DO ALSO UPDATE setting SET value = 'x'`,
    /rule planted/,
  ],
  [
    'a view in place of a table',
    'DROP TABLE used_proof; CREATE VIEW used_proof AS SELECT name AS id, 0::bigint AS expires_at FROM setting',
    /relation used_proof/,
  ],
  [
    'a default that calls a function',
    `ALTER TABLE setting ALTER COLUMN value SET DEFAULT current_setting('planted')`,
    /default of setting/,
  ],
  ['an index with an expression', 'CREATE INDEX planted ON setting (upper(value))', /index of setting/],
  ['no guard of the audit trail', 'DROP TRIGGER audit_entry_refuses_change ON audit_entry', /audit_entry/],
  [
    'a disabled guard of the audit trail',
    'ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_refuses_change',
    /trigger audit_entry_refuses_change/,
  ],
  [
    'a weaker guard of the audit trail',
    `CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$`,
    /trigger audit_entry_refuses_change/,
  ],
];

describe(`a database on ${databaseName}`, () => {
  let folder: string;
  let settings: DatabaseSettings;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'altered-'));
    settings = isOnPostgres
      ? { kind: 'postgres', url: await createMigratedDatabase() }
      : { kind: 'sqlite', path: join(folder, 'licensing.sqlite') };
    await execute('SELECT 1');
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Opens the database, executes statements and closes it. */
  async function execute(statements: string): Promise<void> {
    const dataSource = await openDataSource(settings);
    try {
      const driver = dataSource.driver as {
        databaseConnection?: { unsafeMode(): void; exec(sql: string): void };
      };
      if (isOnPostgres) await dataSource.query(statements);
      else {
        driver.databaseConnection?.unsafeMode();
        driver.databaseConnection?.exec(statements);
      }
    } finally {
      await dataSource.destroy();
    }
  }

  it('is opened again if nothing was changed', async () => {
    await expect(execute('SELECT 1')).resolves.toBeUndefined();
  });

  it.each(isOnPostgres ? plantedOnPostgres : plantedOnSqlite)(
    'is refused if it has %s, with a message that names the object and the remedy',
    async (_case, statements, object) => {
      await execute(statements);
      const attempt = openDataSource(settings);
      await expect(attempt).rejects.toThrow(object);
      await expect(attempt).rejects.toThrow(/restore a backup/);
    },
  );
});
