import type { Database as SqliteDatabase } from 'better-sqlite3';
import { DataSource, QueryFailedError, type QueryRunner } from 'typeorm';
import { CallFault, type InjectionPoint } from './call-fault.js';
import { isOnPostgres } from './create-database.js';
import type { TestApp } from './start-app.js';

/**
 * The outcome of a failing statement, BEGIN, COMMIT and ROLLBACK included.
 * - `refused`: the statement is not executed, and the database reports an error.
 * - `undone`: its transaction is rolled back too, as SQLite does on a full disk and PostgreSQL when the connection
 * breaks.
 * - `answer-lost`: the statement is executed, and then the connection breaks.
 */
export type StatementOutcome = 'refused' | 'undone' | 'answer-lost';

/** The outcomes that the database of this run can have: between SQLite and its process, no answer can be lost. */
export const statementOutcomes: readonly StatementOutcome[] = isOnPostgres
  ? ['refused', 'undone', 'answer-lost']
  : ['refused', 'undone'];

/** Makes a statement of the running service fail with the errors of the driver. Everything below the driver is real. */
export class DatabaseFault extends CallFault {
  private outcome: StatementOutcome = 'refused';
  private readonly prepared = new WeakSet<QueryRunner>();

  constructor(private readonly dataSource: DataSource) {
    super();
    const create = dataSource.createQueryRunner.bind(dataSource);
    dataSource.createQueryRunner = (mode) => this.prepare(create(mode));
  }

  static of({ app }: TestApp): DatabaseFault {
    return new DatabaseFault(app.get(DataSource));
  }

  failAt(point: InjectionPoint, outcome: StatementOutcome): void {
    this.outcome = outcome;
    this.injectAt(point);
  }

  /** Wraps a query runner once: on SQLite all callers share one. */
  private prepare(runner: QueryRunner): QueryRunner {
    if (this.prepared.has(runner)) return runner;
    this.prepared.add(runner);
    const query = runner.query.bind(runner) as (...args: unknown[]) => Promise<unknown>;
    const queryOrFail = async (...args: unknown[]): Promise<unknown> => {
      if (!this.shouldFail()) return query(...args);
      const error = refusalOf(String(args[0]));
      if (this.outcome === 'refused') throw error;
      if (this.outcome === 'answer-lost') await query(...args);
      if (!isOnPostgres) {
        this.rollBack();
        throw error;
      }
      await breakConnection(runner);
      return query(...args);
    };
    runner.query = queryOrFail as typeof runner.query;
    return runner;
  }

  private rollBack(): void {
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
