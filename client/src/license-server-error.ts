/**
 * The reason why a request to a POS server failed:
 * - `server-unreachable`: the server did not answer over HTTP.
 * - `server-refused`: the server does not accept this device.
 * - `not-connected`: there is no connection to the server's broker.
 * - `no-answer`: the server did not answer over its broker in time.
 * - `answer-not-readable`: the answer has an unknown form.
 */
export type LicenseServerErrorCode =
  'server-unreachable' | 'server-refused' | 'not-connected' | 'no-answer' | 'answer-not-readable';

/** Reports a failed request to a POS server. The `code` is stable. The message is for a person and contains no secret. */
export class LicenseServerError extends Error {
  readonly code: LicenseServerErrorCode;

  constructor(code: LicenseServerErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LicenseServerError';
    this.code = code;
  }
}
