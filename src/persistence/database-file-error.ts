const damaged =
  'is damaged or not a database: move it away and restore a backup, or acquire the license anew.';

/** The database file cannot be used; the message names the cure. Nothing was written to it. */
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
      `${path} is not there: check DATA_DIR and DATABASE_URL, or start the service once, which makes it.`,
    );
  }

  static foreign(path: string): DatabaseFileError {
    return new DatabaseFileError(
      'database-foreign',
      `${path} is a database of another program: point DATABASE_URL or DATA_DIR elsewhere.`,
    );
  }

  static corrupt(path: string): DatabaseFileError {
    return new DatabaseFileError('database-corrupt', `${path} ${damaged}`);
  }

  /** Explains what the driver or the file system reported; other errors pass as they are. */
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
    text: 'is locked by another process: stop the service that still uses this DATA_DIR.',
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
    text: 'cannot be written as the disk is full: make room, old logs and backups first.',
  },
  { pattern: /^SQLITE_(NOTADB|CORRUPT)/, code: 'database-corrupt', text: damaged },
  {
    pattern: /^SQLITE_/,
    code: 'database-unusable',
    text: 'cannot be opened: check that its folder exists, is writable and has free space.',
  },
];
