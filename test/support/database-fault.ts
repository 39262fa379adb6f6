import type { Database as SqliteDatabase } from 'better-sqlite3';
import { DataSource, QueryFailedError, type QueryRunner } from 'typeorm';
import { CallFault, type Strike } from './call-fault.js';
import { isOnPostgres } from './create-database.js';
import type { TestApp } from './start-app.js';

/**
 * What becomes of a statement that is struck, BEGIN, COMMIT and ROLLBACK among them. `refused`: it is not done, and the
 * database says so. `undone`: neither is the transaction that it was in, as SQLite takes one back on a full disk, or
 * PostgreSQL when the connection breaks. `answer-lost`: it is done, and then the connection breaks.
 */
export type StatementFate = 'refused' | 'undone' | 'answer-lost';

/** The fates that this run's database can bring about: between SQLite and its process, no answer is ever lost. */
export const statementFates: readonly StatementFate[] = isOnPostgres
  ? ['refused', 'undone', 'answer-lost']
  : ['refused', 'undone'];

/** Makes a statement of the running service fail, by the driver's own errors; below it, everything is real. */
export class DatabaseFault extends CallFault {
  private outcome: StatementFate = 'refused';
  private readonly prepared = new WeakSet<QueryRunner>();

  constructor(private readonly dataSource: DataSource) {
    super();
    const create = dataSource.createQueryRunner.bind(dataSource);
    dataSource.createQueryRunner = (mode) => this.prepare(create(mode));
  }

  static of({ app }: TestApp): DatabaseFault {
    return new DatabaseFault(app.get(DataSource));
  }

  failAt(strike: Strike, outcome: StatementFate): void {
    this.outcome = outcome;
    this.injectAt(strike);
  }

  /** On SQLite all share one runner. */
  private prepare(runner: QueryRunner): QueryRunner {
    if (this.prepared.has(runner)) return runner;
    this.prepared.add(runner);
    const query = runner.query.bind(runner) as (...args: unknown[]) => Promise<unknown>;
    const struck = async (...args: unknown[]): Promise<unknown> => {
      if (!this.meets()) return query(...args);
      const error = refusalOf(String(args[0]));
      if (this.outcome === 'refused') throw error;
      if (this.outcome === 'answer-lost') await query(...args);
      if (!isOnPostgres) {
        this.takeBack();
        throw error;
      }
      await breakConnection(runner);
      return query(...args);
    };
    runner.query = struck as typeof runner.query;
    return runner;
  }

  private takeBack(): void {
    const { databaseConnection } = this.dataSource.driver as unknown as {
      databaseConnection: SqliteDatabase;
    };
    if (databaseConnection.inTransaction) databaseConnection.exec('ROLLBACK');
  }
}

function refusalOf(statement: string): QueryFailedError {
  const [message, code] = isOnPostgres
    ? ['could not extend file: No space left on device', '53100']
    : ['database or disk is full', 'SQLITE_FULL'];
  return new QueryFailedError(statement, [], Object.assign(new Error(message), { code }));
}

async function breakConnection(runner: QueryRunner): Promise<void> {
  const client = (await runner.connect()) as { connection: { stream: { destroy(): void } } };
  client.connection.stream.destroy();
}
