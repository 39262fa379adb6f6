import type { DataSource } from 'typeorm';

/** The schema of a database, compared with this version. */
export interface SchemaState {
  /** The database is empty. */
  readonly isNew: boolean;
  /** Migrations of this version that the database has run. */
  readonly run: readonly string[];
  /** Migrations that this version would run, in order. */
  readonly pending: readonly string[];
  /** Migrations of a newer version. */
  readonly unknown: readonly string[];
}

/** Compares the migrations of a database with those of this version. Changes nothing. */
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
      run: known.filter((name) => run.includes(name)),
      pending: known.filter((name) => !run.includes(name)),
      unknown: run.filter((name) => !known.includes(name)),
    };
  } finally {
    await queryRunner.release();
  }
}
