import { QueryRunnerAlreadyReleasedError } from 'typeorm';

/** By the beginning of SQLite's result code, PostgreSQL's SQLSTATE, or the code of a socket. */
const explanations: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'The disk with the database is full: free some space on it',
  SQLITE_READONLY: 'The database can only be read: see who owns its file, and how its disk is mounted',
  SQLITE_IOERR: 'The disk with the database fails: see what the system says of it',
  SQLITE_CANTOPEN: 'A file beside the database cannot be made: see whether its folder can be written',
  '53100': 'The disk of PostgreSQL is full: free some space on it',
  '53300': 'PostgreSQL takes no more connections: see who holds them, and its max_connections',
  '25006': 'PostgreSQL takes no writes: see whether DATABASE_URL leads to the one that does',
  '57P0': 'PostgreSQL stops or starts: see whether it runs',
  ECONNREFUSED: 'PostgreSQL cannot be reached: see whether it runs, and the network to it',
};
const brokenConnection = 'The connection to PostgreSQL broke: see whether it runs, and the network to it';
const codesOfBrokenConnection = /^(08|ECONNRESET|EPIPE|ETIMEDOUT|ERR_STREAM_DESTROYED)/;
/** How `pg` says it where it gives no code. */
const wordsOfBrokenConnection =
  /^(Connection terminated|Client has encountered a connection error|timeout e(xpired|xceeded))/;

/** Why the database takes no writes, in words that name the cure; null: the error is another. */
export function explainStorageFault(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  // TypeORM lets go of a connection that breaks in the middle of a transaction.
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
