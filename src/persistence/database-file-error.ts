const damaged =
  'is damaged or not a database: move it away and restore a backup, or acquire the license again.';

/** The database file cannot be used; the message names the remedy. Nothing was written to it. */
export class DatabaseFileError extends Error {
  private constructor(
    readonly code:
      | 'database-missing'
      | 'database-foreign'
      | 'database-corrupt'
      | 'database-locked'
      | 'database-read-only'
      | 'database-unusable',
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'DatabaseFileError';
  }

  static missing(path: string): DatabaseFileError {
    return new DatabaseFileError(
      'database-missing',
      `${path} does not exist: check DATA_DIR and DATABASE_URL, or start the service once, which creates it.`,
    );
  }

  static foreign(path: string): DatabaseFileError {
    return new DatabaseFileError(
      'database-foreign',
      `${path} is a database of another program: change DATABASE_URL or DATA_DIR.`,
    );
  }

  static corrupt(path: string): DatabaseFileError {
    return new DatabaseFileError('database-corrupt', `${path} ${damaged}`);
  }

  /** Explains errors of the driver and the file system; returns other errors unchanged. */
  static from(error: unknown, path: string): unknown {
    if (error instanceof DatabaseFileError || !(error instanceof Error && 'code' in error)) return error;
    const code = String(error.code);
    const known = explanations.find(({ pattern }) => pattern.test(code));
    return known ? new DatabaseFileError(known.code, `${path} ${known.text}`, error) : error;
  }
}

const explanations: readonly { pattern: RegExp; code: DatabaseFileError['code']; text: string }[] = [
  {
    pattern: /^SQLITE_(BUSY|LOCKED)/,
    code: 'database-locked',
    text: 'is locked by another process: stop the service that uses this DATA_DIR.',
  },
  {
    pattern: /^(SQLITE_READONLY|EROFS$|EACCES$|EPERM$)/,
    code: 'database-read-only',
    text: 'cannot be written: give this user write access to the file and its folder.',
  },
  {
    pattern: /^(EEXIST|ENOTDIR|EISDIR)$/,
    code: 'database-unusable',
    text: 'cannot be opened: DATA_DIR must name a folder, and the database in it must be a file.',
  },
  {
    pattern: /^(ENOSPC|SQLITE_FULL)$/,
    code: 'database-unusable',
    text: 'cannot be written because the disk is full: free up space, for example by deleting old logs and backups.',
  },
  { pattern: /^SQLITE_(NOTADB|CORRUPT)/, code: 'database-corrupt', text: damaged },
  {
    pattern: /^SQLITE_/,
    code: 'database-unusable',
    text: 'cannot be opened: check that this user can read it, and that its folder exists, is writable and has free space.',
  },
];
