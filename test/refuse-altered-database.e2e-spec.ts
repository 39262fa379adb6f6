import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseSettings } from '../src/config/settings.js';
import { checkPostgresSchema } from '../src/persistence/check-postgres-schema.js';
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

const plantedFunction = `CREATE FUNCTION planted(text, text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
  $$ BEGIN RETURN 'x'; END $$`;

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
  [
    'a default with an operator of others',
    `${plantedFunction};
     CREATE OPERATOR ## (LEFTARG = text, RIGHTARG = text, FUNCTION = planted);
     ALTER TABLE setting ALTER COLUMN value SET DEFAULT 'a' ## 'b'`,
    /default of setting/,
  ],
  [
    'a column of a type with a check of others',
    `${plantedFunction};
     CREATE DOMAIN planted AS text CHECK (planted(VALUE, 'b') <> 'x');
     ALTER TABLE setting ALTER COLUMN value TYPE planted`,
    /column setting\.value/,
  ],
  [
    'an index with operators of others',
    `CREATE FUNCTION planted(text, text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN 0; END $$;
     CREATE OPERATOR CLASS planted FOR TYPE text USING btree AS
       OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 planted(text, text);
     CREATE INDEX planted ON setting (value planted)`,
    /index of setting/,
  ],
  ['another column', 'ALTER TABLE setting ADD COLUMN planted TEXT', /column setting\.planted/],
  ['a missing column', 'ALTER TABLE peer DROP COLUMN refusal', /column peer\.refusal/],
  [
    'a table that adds rows to one of ours',
    'CREATE TABLE planted () INHERITS (setting)',
    /inheritance of setting/,
  ],
  [
    'a table whose rows ours may not lose',
    'CREATE TABLE planted (name text REFERENCES setting (name))',
    /constraint planted_name_fkey/,
  ],
  ['a table that a crash empties', 'ALTER TABLE outbox_event SET UNLOGGED', /relation outbox_event/],
  [
    'a function with the name of one of PostgreSQL',
    `CREATE FUNCTION count(integer) RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'`,
    /function count/,
  ],
];

describe(`a database on ${databaseName}`, () => {
  let folder: string;
  let settings: DatabaseSettings;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'altered-'));
    if (isOnPostgres) settings = { kind: 'postgres', url: await createMigratedDatabase() };
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is opened again if nothing was changed', async () => {
    settings = isOnPostgres ? settings : newFile();
    await (await openDataSource(settings)).destroy();
    await expect(openDataSource(settings).then((opened) => opened.destroy())).resolves.toBeUndefined();
  });

  it.each(isOnPostgres ? plantedOnPostgres : plantedOnSqlite)(
    'is refused if it has %s, with a message that names the object and the remedy',
    async (_case, statements, object) => {
      const refusal = await (isOnPostgres ? checkOnPostgres(statements) : openOnSqlite(statements));
      expect(refusal?.message).toMatch(object);
      expect(refusal?.message).toMatch(/restore a backup/);
    },
  );

  if (isOnPostgres) {
    it('is refused at the start if a committed change has altered it', async () => {
      const dataSource = await openDataSource(settings);
      await dataSource.query('ALTER TABLE setting ADD COLUMN planted TEXT');
      await dataSource.destroy();
      await expect(openDataSource(settings)).rejects.toThrow(/column setting\.planted/);
    });
  }

  function newFile(): DatabaseSettings {
    return { kind: 'sqlite', path: join(folder, `${randomUUID()}.sqlite`) };
  }

  async function openOnSqlite(statements: string): Promise<Error | null> {
    settings = newFile();
    const dataSource = await openDataSource(settings);
    const { databaseConnection } = dataSource.driver as unknown as {
      databaseConnection: { unsafeMode(): void; exec(sql: string): void };
    };
    databaseConnection.unsafeMode();
    databaseConnection.exec(statements);
    await dataSource.destroy();
    return openDataSource(settings).then(() => null, toError);
  }

  /** Checks a change without a commit: creating a database for each takes most of a second. */
  async function checkOnPostgres(statements: string): Promise<Error | null> {
    const dataSource = await openDataSource(settings);
    const queryRunner = dataSource.createQueryRunner();
    try {
      await queryRunner.startTransaction();
      await queryRunner.query(statements);
      return await checkPostgresSchema(queryRunner.manager, true).then(() => null, toError);
    } finally {
      await queryRunner.rollbackTransaction();
      await dataSource.destroy();
    }
  }
});

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
