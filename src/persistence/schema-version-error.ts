/** The database has the schema of another version. Nothing was written. */
export class SchemaVersionError extends Error {
  private constructor(
    readonly code: 'database-newer' | 'database-older',
    message: string,
  ) {
    super(message);
    this.name = 'SchemaVersionError';
  }

  static newer(migrations: readonly string[]): SchemaVersionError {
    return new SchemaVersionError(
      'database-newer',
      `The database was written by a newer version of this service (${migrations.join(', ')}): start that version, or ` +
        'restore a backup from before the upgrade.',
    );
  }

  static older(): SchemaVersionError {
    return new SchemaVersionError(
      'database-older',
      'The database was written by an older version of this service: start this version once to upgrade it.',
    );
  }
}
