/** What came on a subject of the license is no event of it; `code` says why. */
export class LicenseEventError extends Error {
  readonly code: 'malformed' | 'wrong-type';

  constructor(code: 'malformed' | 'wrong-type', detail: string) {
    super(`This is no license event (${code}): ${detail}`);
    this.name = 'LicenseEventError';
    this.code = code;
  }
}
