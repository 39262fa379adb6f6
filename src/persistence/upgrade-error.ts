/** The upgrade of the database failed. */
export class UpgradeError extends Error {
  readonly code = 'upgrade-failed';

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `The database could not be upgraded (${reason}). It is unchanged: you can still start the previous version.`,
      { cause },
    );
    this.name = 'UpgradeError';
  }
}
