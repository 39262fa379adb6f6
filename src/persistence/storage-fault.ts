import { QueryRunnerAlreadyReleasedError } from 'typeorm';

/** By the prefix of SQLite's result code, PostgreSQL's SQLSTATE or the code of a socket error. */
const explanations: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'The disk with the database is full: free up space on it',
  SQLITE_READONLY: 'The database is read-only: check the owner of its file and how its disk is mounted',
  SQLITE_IOERR: 'The disk with the database has errors: see the log of the system',
  SQLITE_CANTOPEN: 'A file next to the database cannot be created: check that its folder is writable',
  '53100': 'The disk of PostgreSQL is full: free up space on it',
  '53300': 'PostgreSQL has reached its maximum number of connections: close some, or raise max_connections',
  '25006': 'PostgreSQL is read-only: check that DATABASE_URL names the primary server',
  '57014':
    'PostgreSQL took longer than 5 s for a statement: check its load, its disk and locks of other programs',
  '57P0': 'PostgreSQL is stopping or starting: check that it is running',
  ECONNREFUSED: 'PostgreSQL cannot be reached: check that it is running, and the network',
};
const brokenConnection = 'The connection to PostgreSQL was lost: check that it is running, and the network';
const codesOfBrokenConnection = /^(08|ECONNRESET|EPIPE|ETIMEDOUT|ERR_STREAM_DESTROYED)/;
/** Messages of `pg` that have no code. */
const wordsOfBrokenConnection =
  /^(Connection terminated|Client has encountered a connection error|timeout e(xpired|xceeded)|Query read timeout)/;

/** Returns why the database accepts no writes, with the remedy, or `null` for any other error. */
export function explainStorageFault(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  // TypeORM releases a connection that breaks during a transaction.
  if (error instanceof QueryRunnerAlreadyReleasedError) return brokenConnection;
  const { code, message } = ('driverError' in error ? error.driverError : error) as {
    code?: unknown;
    message?: unknown;
  };
  if (typeof message === 'string' && wordsOfBrokenConnection.test(message)) return brokenConnection;
  if (typeof code !== 'string') return null;
  if (codesOfBrokenConnection.test(code)) return brokenConnection;
  return Object.entries(explanations).find(([begin]) => code.startsWith(begin))?.[1] ?? null;
}
