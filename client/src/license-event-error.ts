/** Reports a message on a license subject that is not a valid event of that subject. */
export class LicenseEventError extends Error {
  readonly code: 'malformed' | 'wrong-type';

  constructor(code: 'malformed' | 'wrong-type', detail: string) {
    super(`Not a valid license event (${code}): ${detail}`);
    this.name = 'LicenseEventError';
    this.code = code;
  }
}
