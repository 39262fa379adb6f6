/** A migration failed, and with it the upgrade as a whole. */
export class UpgradeError extends Error {
  readonly code = 'upgrade-failed';

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `The database could not be upgraded (${reason}). Nothing in it was changed: the version before this one can be ` +
        'started on it as ever.',
      { cause },
    );
    this.name = 'UpgradeError';
  }
}
