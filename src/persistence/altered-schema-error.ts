/** The database contains objects that this service did not create, or lacks some. Nothing was written to it. */
export class AlteredSchemaError extends Error {
  readonly code = 'database-altered';

  constructor(objects: readonly string[]) {
    super(
      `The schema of the database was changed by another program (${objects.slice(0, 5).join(', ')}): restore a backup ` +
        'that you trust, or undo the change.',
    );
    this.name = 'AlteredSchemaError';
  }
}
