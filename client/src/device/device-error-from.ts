import { ClientError, ResponseBodyError } from 'openid-client';
import { DeviceError, type DeviceErrorCode } from './device-error.js';

/** OAuth errors that mean one thing to a device (RFC 6749 section 5.2, RFC 8628 section 3.5). */
const codes: Readonly<Record<string, DeviceErrorCode>> = {
  access_denied: 'authorization-denied',
  expired_token: 'user-code-expired',
  invalid_grant: 'grant-dead',
};

/**
 * Turns what a call to the Authorization server threw into the error of this library.
 * @param secrets that were sent: a server may repeat them in its words
 */
export function deviceErrorFrom(error: unknown, secrets: readonly string[] = []): DeviceError {
  if (error instanceof DeviceError) return error;
  if (error instanceof ResponseBodyError) return explainRefusal(error, secrets);
  const answer = error instanceof ClientError ? error.cause : undefined;
  if (answer instanceof Response && answer.status < 500 && answer.status !== 429) {
    const message = `The Authorization server answered HTTP ${answer.status} without an OAuth error.`;
    return new DeviceError('authorization-server-refused', message);
  }
  return new DeviceError(
    'authorization-server-unreachable',
    'The Authorization server cannot be reached, or did not answer as one: check the internet connection and its URL.',
    { cause: error, retryAfterMs: answer instanceof Response ? readRetryAfterMs(answer) : 0 },
  );
}

function explainRefusal(error: ResponseBodyError, secrets: readonly string[]): DeviceError {
  const said = secrets.reduce(
    (text, secret) => text.replaceAll(secret, '***'),
    error.error_description ?? error.error,
  );
  const message = `The Authorization server refused: ${said}.`;
  // The answer itself is no cause: it may repeat what was sent.
  return new DeviceError(codeOf(error), message, { retryAfterMs: readRetryAfterMs(error.response) });
}

function codeOf(error: ResponseBodyError): DeviceErrorCode {
  // The server says with a member of its own that the license, not a person, is the reason.
  if ('license_refusal' in error.cause) return 'license-refused';
  if (error.status >= 500 || error.status === 429) return 'authorization-server-unreachable';
  return codes[error.error] ?? 'authorization-server-refused';
}

function readRetryAfterMs(answer: Response): number {
  const header = answer.headers.get('retry-after');
  if (header === null) return 0;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return waitMs > 0 ? waitMs : 0;
}
