import type { DataSource } from 'typeorm';

/** How the schema of a database stands to that of this version. */
export interface SchemaState {
  /** Nothing was ever written to it. */
  readonly isNew: boolean;
  /** Migrations that this version would run, in their order. */
  readonly pending: readonly string[];
  /** Migrations that were run by a version after this one. */
  readonly unknown: readonly string[];
}

/** Reads which migrations a database has seen; changes nothing. */
export async function readSchemaState(dataSource: DataSource): Promise<SchemaState> {
  const known = dataSource.migrations.map(({ constructor }) => constructor.name);
  const queryRunner = dataSource.createQueryRunner();
  try {
    const isNew = !(await queryRunner.hasTable('migrations'));
    const rows = isNew
      ? []
      : ((await queryRunner.query('SELECT name FROM migrations ORDER BY id')) as { name: string }[]);
    const run = rows.map(({ name }) => name);
    return {
      isNew,
      pending: known.filter((name) => !run.includes(name)),
      unknown: run.filter((name) => !known.includes(name)),
    };
  } finally {
    await queryRunner.release();
  }
}
