import { ClientError, ResponseBodyError } from 'openid-client';
import type { Unreachable } from '../domain/ports/authorization-server.js';
import { ProxyError } from './create-fetch.js';
import { UnexpectedStatusError } from './read-metadata.js';
import { UnsuitableError } from './unsuitable-error.js';

/** Failures before the request was sent: it certainly had no effect. */
const neverSent = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;
const untrustedCertificate = /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(VERIFY|GET_ISSUER))/;
const certificateFaults: Readonly<Record<string, string>> = {
  CERT_NOT_YET_VALID: 'is not valid yet: check the date and time of this server',
  CERT_HAS_EXPIRED:
    'has expired: renew it at the Authorization server, and check the date and time of this server',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name: check the host in AUTH_SERVER_URL',
  CERT_REVOKED: 'is revoked: renew it at the Authorization server',
};

/** Converts an error of a call to the Authorization server into an answer with a readable message. */
export function explainFailure(error: unknown): Unreachable {
  if (error instanceof ResponseBodyError) return explainRefusal(error);
  const causes = causesOf(error);
  if (causes.some(({ name }) => name === 'TimeoutError')) {
    return unreachable('The Authorization server did not answer in time.', false);
  }
  const proxyFault = causes.find((cause) => cause instanceof ProxyError);
  if (proxyFault !== undefined) {
    return unreachable(
      `The Authorization server cannot be reached: ${proxyFault.message}. Check HTTPS_PROXY and the rules of the proxy.`,
      true,
    );
  }
  const misfit = causes.find((cause) => cause instanceof UnsuitableError);
  if (misfit !== undefined) return unsuitable(misfit.message);
  const code = networkCode(error);
  // A connection lost within an answer is reported as a parse error.
  if (code === '' && (error instanceof ClientError || error instanceof UnexpectedStatusError)) {
    return explainClientError(error);
  }
  if (untrustedCertificate.test(code)) return unreachable(explainCertificate(code), true);
  return unreachable(
    `The Authorization server cannot be reached${code && ` (${code})`}: check the internet connection and AUTH_SERVER_URL.`,
    neverSent.test(code),
  );
}

function explainCertificate(code: string): string {
  const fault =
    certificateFaults[code] ??
    'is not trusted: if the network uses a private certificate authority, set NODE_EXTRA_CA_CERTS to its file';
  return `The certificate of the Authorization server ${fault} (${code}).`;
}

/** Explains an OAuth error (RFC 6749 section 5.2) that is unexpected for the grant, or an overloaded server. */
function explainRefusal(error: ResponseBodyError): Unreachable {
  const description = descriptionOf(error);
  const said = description === null ? error.error : `${error.error}: ${description}`;
  return withRetryAfter(
    {
      kind: 'unreachable',
      status: 502,
      code: isServerFault(error) ? 'authorization-server-error' : 'authorization-server-refused',
      message: `The Authorization server refused the request (${said}).`,
      isConclusive: !isServerFault(error),
    },
    error.response,
  );
}

/** Returns the description of an OAuth error, `null` if it is not a text: the HTTP client does not check that. */
export function descriptionOf({ error_description: description }: ResponseBodyError): string | null {
  return typeof description === 'string' && description !== '' ? description : null;
}

/** Returns whether the server could not process the request, as opposed to having refused it (RFC 6749 section 4.1.2.1). */
export function isServerFault({ status, error }: ResponseBodyError): boolean {
  return status >= 500 || error === 'server_error' || error === 'temporarily_unavailable';
}

function explainClientError(error: Error): Unreachable {
  const { cause } = error;
  if (!isResponse(cause)) return unsuitable(cause instanceof Error ? cause.message : error.message);
  const what = error instanceof UnexpectedStatusError ? `: ${error.message}` : '';
  const type = cause.headers.get('content-type') ?? 'no content type';
  const isBusy = cause.status >= 500 || cause.status === 429;
  return withRetryAfter(
    {
      ...unsuitable(`it must be JSON and is HTTP ${cause.status}, ${type}${what}.`),
      ...(isBusy && {
        code: 'authorization-server-error',
        message: `The Authorization server is not ready (HTTP ${cause.status})${what}.`,
      }),
      isConclusive: cause.status === 429,
    },
    cause,
  );
}

/** Checks the shape, because a proxied response is of another undici copy's class. */
function isResponse(cause: unknown): cause is Response {
  return typeof cause === 'object' && cause !== null && 'status' in cause && 'headers' in cause;
}

function unsuitable(detail: string): Unreachable {
  return {
    kind: 'unreachable',
    status: 502,
    code: 'authorization-server-unsuitable',
    message: `The Authorization server gave an answer that does not fit: ${detail}`,
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
