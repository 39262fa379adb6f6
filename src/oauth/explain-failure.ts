import { errors } from 'jose';
import { ClientError, ResponseBodyError } from 'openid-client';
import type { Unreachable } from '../domain/ports/authorization-server.js';
import { LicenseTokenError } from './read-license-token.js';
import { ServerMetadataError } from './server-metadata-error.js';

/** Failures before the request was sent: it certainly had no effect. */
const neverSent = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;
const untrustedCertificate = /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(VERIFY|GET_ISSUER))/;

/** Converts an error of a call to the Authorization server into an answer with a readable message. */
export function explainFailure(error: unknown): Unreachable {
  if (error instanceof ResponseBodyError) return explainRefusal(error);
  if (isTimeout(error)) return unreachable('The Authorization server did not answer in time.', false);
  if (isOfOurOwnChecks(error)) return nonConforming(error.message);
  const code = networkCode(error);
  // A connection lost within an answer is reported as a parse error.
  if (error instanceof ClientError && code === '') return explainClientError(error);
  if (untrustedCertificate.test(code)) {
    return unreachable(
      `The certificate of the Authorization server is not trusted (${code}): if the network uses a private certificate ` +
        'authority, set NODE_EXTRA_CA_CERTS to its file.',
      true,
    );
  }
  return unreachable(
    `The Authorization server cannot be reached${code && ` (${code})`}: check the internet connection and AUTH_SERVER_URL.`,
    neverSent.test(code),
  );
}

function isTimeout(error: unknown): boolean {
  return causesOf(error).some(
    (cause) => cause instanceof errors.JWKSTimeout || cause.name === 'TimeoutError',
  );
}

function isOfOurOwnChecks(error: unknown): error is Error {
  return (
    error instanceof LicenseTokenError ||
    error instanceof ServerMetadataError ||
    error instanceof errors.JOSEError
  );
}

/** Explains an OAuth error (RFC 6749 section 5.2) that is unexpected for the grant, or an overloaded server. */
function explainRefusal(error: ResponseBodyError): Unreachable {
  const said = `${error.error}${error.error_description ? `: ${error.error_description}` : ''}`;
  return withRetryAfter(
    {
      kind: 'unreachable',
      status: 502,
      code: error.status >= 500 ? 'authorization-server-error' : 'authorization-server-refused',
      message: `The Authorization server refused the request (${said}).`,
      isConclusive: error.status < 500,
    },
    error.response,
  );
}

function explainClientError(error: ClientError): Unreachable {
  const { cause } = error;
  if (isResponse(cause)) {
    const isServerFault = cause.status >= 500 || cause.status === 429;
    return withRetryAfter(
      {
        ...nonConforming(`HTTP ${cause.status}, ${cause.headers.get('content-type') ?? 'no content type'}`),
        ...(isServerFault && {
          code: 'authorization-server-error',
          message: `The Authorization server is not ready (HTTP ${cause.status}).`,
        }),
        isConclusive: cause.status === 429,
      },
      cause,
    );
  }
  return nonConforming(cause instanceof Error ? cause.message : error.message);
}

/** Checks the shape, because a proxied response is of another undici copy's class. */
function isResponse(cause: unknown): cause is Response {
  return typeof cause === 'object' && cause !== null && 'status' in cause && 'headers' in cause;
}

function nonConforming(detail: string): Unreachable {
  return {
    kind: 'unreachable',
    status: 502,
    code: 'authorization-server-nonconforming',
    message: `The server at AUTH_SERVER_URL is not the expected Authorization server: ${detail}`,
    isConclusive: false,
  };
}

function unreachable(message: string, isConclusive: boolean): Unreachable {
  return {
    kind: 'unreachable',
    status: 503,
    code: 'authorization-server-unreachable',
    message,
    isConclusive,
  };
}

function withRetryAfter(answer: Unreachable, response: Response): Unreachable {
  const header = response.headers.get('retry-after');
  if (header === null) return answer;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return ms > 0 ? { ...answer, retryAfterMs: ms } : answer;
}

/** Returns the error code of the system or the HTTP client; empty for a complete answer. */
function networkCode(error: unknown): string {
  for (const cause of causesOf(error)) {
    if ('code' in cause && typeof cause.code === 'string' && !cause.code.startsWith('OAUTH_'))
      return cause.code;
  }
  return '';
}

function causesOf(error: unknown): Error[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : [];
}
