import { ClientError, ResponseBodyError } from 'openid-client';
import { toPlainText } from '../shared/claim-values.js';
import { DeviceError, type DeviceErrorCode } from './device-error.js';

/** The length of a text from outside that reaches a log. */
const MAX_CHARACTERS = 500;

/** Maps OAuth errors to codes of this library (RFC 6749 section 5.2, RFC 8628 section 3.5). */
const codes: Readonly<Record<string, DeviceErrorCode>> = {
  access_denied: 'authorization-denied',
  expired_token: 'user-code-expired',
  invalid_grant: 'grant-dead',
};

/**
 * Converts an error of a call to the Authorization server into a DeviceError.
 * @param secrets the secrets of the request, which are masked because a server may repeat them in its error text
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
    'The Authorization server cannot be reached or gave an invalid answer. Check the internet connection and the URL.',
    { cause: error, retryAfterMs: answer instanceof Response ? readRetryAfterMs(answer) : 0 },
  );
}

function explainRefusal(error: ResponseBodyError, secrets: readonly string[]): DeviceError {
  const said = secrets.reduce(
    (text, secret) => text.replaceAll(secret, '***'),
    // The HTTP client does not check its type.
    typeof error.error_description === 'string' ? error.error_description : error.error,
  );
  const message = `The Authorization server refused: ${toPlainText(said, MAX_CHARACTERS)}.`;
  // The answer is not attached as the cause, because it may repeat the secrets of the request.
  return new DeviceError(codeOf(error), message, { retryAfterMs: readRetryAfterMs(error.response) });
}

function codeOf(error: ResponseBodyError): DeviceErrorCode {
  // This member means that the license is the reason, not the decision of a person.
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
