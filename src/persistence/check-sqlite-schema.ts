import { DataSource } from 'typeorm';
import { AlteredSchemaError } from './altered-schema-error.js';
import { schema } from './schema.js';
import { Sqlite } from './sqlite.js';

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

/**
 * Compares all tables, indexes, triggers and views of a database with those that its migrations create in an empty one. A
 * planted trigger would run with the next write of this service.
 * @param run the names of the migrations that the database has run
 * @throws AlteredSchemaError
 */
export async function checkSqliteSchema(dataSource: DataSource, run: readonly string[]): Promise<void> {
  const expected = await createExpected(run);
  const actual = await readObjects(dataSource);
  const differing = [
    ...[...actual].filter(([name, sql]) => expected.get(name) !== sql),
    ...[...expected].filter(([name]) => !actual.has(name)),
  ].map(([name]) => name);
  if (differing.length > 0) throw new AlteredSchemaError(differing);
}

async function createExpected(run: readonly string[]): Promise<Map<string, string>> {
  const model = new DataSource({
    type: 'better-sqlite3',
    driver: Sqlite,
    database: ':memory:',
    ...schema,
    migrations: schema.migrations.filter(({ name }) => run.includes(name)),
  });
  await model.initialize();
  try {
    await model.runMigrations();
    return await readObjects(model);
  } finally {
    await model.destroy();
  }
}

async function readObjects(dataSource: DataSource): Promise<Map<string, string>> {
  const objects: SchemaObject[] = await dataSource.query('SELECT type, name, sql FROM sqlite_master');
  return new Map(
    objects
      .filter((object) => !isOfSqlite(object))
      .map(({ type, name, sql }) => [`${type} ${name}`, (sql ?? '').replaceAll(/\s+/g, ' ')]),
  );
}

/** SQLite creates these itself; its names are reserved, but a forged file may use them for a trigger or a view. */
function isOfSqlite({ type, name, sql }: SchemaObject): boolean {
  if (type === 'index') return sql === null && name.startsWith('sqlite_autoindex_');
  return type === 'table' && /^sqlite_(sequence|stat[1-4])$/.test(name);
}
