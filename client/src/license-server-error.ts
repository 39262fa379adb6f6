/**
 * What a POS server did not do:
 * - `server-unreachable`: it did not answer by HTTP.
 * - `server-refused`: it does not accept this device.
 * - `not-connected`: there is no connection to its broker now.
 * - `no-answer`: it did not answer over its broker in time.
 * - `answer-not-readable`: its answer is none of the agreed form.
 */
export type LicenseServerErrorCode =
  'server-unreachable' | 'server-refused' | 'not-connected' | 'no-answer' | 'answer-not-readable';

/** The POS server could not be asked. The `code` stays as it is; the message is for a person and holds no secret. */
export class LicenseServerError extends Error {
  readonly code: LicenseServerErrorCode;

  constructor(code: LicenseServerErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LicenseServerError';
    this.code = code;
  }
}
