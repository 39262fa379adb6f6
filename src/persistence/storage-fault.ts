/** By the beginning of SQLite's result code, or PostgreSQL's SQLSTATE. */
const explanations: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'The disk with the database is full: free some space on it',
  SQLITE_READONLY: 'The database can only be read: see who owns its file, and how its disk is mounted',
  SQLITE_IOERR: 'The disk with the database fails: see what the system says of it',
  SQLITE_CANTOPEN: 'A file beside the database cannot be made: see whether its folder can be written',
  '53100': 'The disk of PostgreSQL is full: free some space on it',
  '57P0': 'PostgreSQL is stopping or starting: see whether it runs',
  '08': 'The connection to PostgreSQL broke: see whether it runs, and the network to it',
  ECONN: 'PostgreSQL cannot be reached: see whether it runs, and the network to it',
  '25006': 'PostgreSQL takes no writes: see whether DATABASE_URL leads to the one that does',
};

/** Why the database takes no writes, in words that name the cure; null: the error is another. */
export function explainStorageFault(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code } = ('driverError' in error ? error.driverError : error) as { code?: unknown };
  if (typeof code !== 'string') return null;
  return Object.entries(explanations).find(([begin]) => code.startsWith(begin))?.[1] ?? null;
}
