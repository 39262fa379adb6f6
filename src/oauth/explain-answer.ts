import type { JWK } from 'jose';
import { ResponseBodyError } from 'openid-client';
import { toPlainText } from '../domain/claim-values.js';
import type { DeviceCodeAnswer, IssuedGrant, RefreshAnswer } from '../domain/ports/authorization-server.js';
import { descriptionOf, explainFailure, isServerFault } from './explain-failure.js';
import { type ReadLicenseToken, refuse } from './read-license-token.js';

export const maxMessageCharacters = 500;

export type ReadTokens = { readonly issued: IssuedGrant } & Pick<ReadLicenseToken, 'deviceKind' | 'excess'>;

export function answerFirstGrant({ issued, deviceKind, excess }: ReadTokens): DeviceCodeAnswer {
  if (deviceKind !== 'server') {
    return {
      kind: 'refused',
      code: 'wrong-device-kind',
      message: `"${issued.grant.identity.serverName}" is a register: choose a server on the Authorization server.`,
      secrets: issued.secrets,
    };
  }
  if (excess.length > 0) refuse(excess.join('; '));
  return { kind: 'granted', ...issued };
}

/** Refuses a first grant that cannot be used. Its secrets serve to revoke it. */
export function refuseFirstGrant(
  error: unknown,
  { access_token: accessToken, refresh_token: refreshToken }: Readonly<Record<string, unknown>>,
  dpopKey: JWK | null,
): DeviceCodeAnswer {
  const { code, message } = explainFailure(error);
  const secrets =
    typeof refreshToken === 'string' && refreshToken !== ''
      ? { accessToken: typeof accessToken === 'string' ? accessToken : '', refreshToken, dpopKey }
      : null;
  return { kind: 'refused', code, message, secrets };
}

/** Explains the answer to a poll (RFC 8628 section 3.5). */
export function explainPoll(error: unknown): DeviceCodeAnswer {
  if (!(error instanceof ResponseBodyError)) return explainFailure(error);
  switch (error.error) {
    case 'authorization_pending':
      return { kind: 'pending' };
    case 'slow_down':
      return { kind: 'slow-down' };
    case 'expired_token':
      return { kind: 'expired' };
    case 'access_denied':
      return hasLicenseRefusal(error)
        ? { kind: 'refused', code: 'license-refused', message: messageOf(error), secrets: null }
        : { kind: 'denied' };
    case 'invalid_grant':
      return { kind: 'refused', code: 'code-not-accepted', message: messageOf(error), secrets: null };
    default:
      return explainOtherError(error);
  }
}

/** Ends polling for any other OAuth error. A busy server or a gateway in front of it has given no answer. */
function explainOtherError(error: ResponseBodyError): DeviceCodeAnswer {
  const failure = explainFailure(error);
  return isServerFault(error) || ![400, 401, 403].includes(error.status)
    ? failure
    : { kind: 'refused', code: 'code-not-accepted', message: failure.message, secrets: null };
}

export function explainRefresh(error: unknown): RefreshAnswer {
  if (!(error instanceof ResponseBodyError)) return explainFailure(error);
  switch (error.error) {
    case 'access_denied':
      return { kind: 'refused', code: 'license-refused', message: messageOf(error) };
    case 'invalid_grant':
      return { kind: 'grant-dead', code: 'grant-dead', message: messageOf(error) };
    default:
      return explainFailure(error);
  }
}

/** Returns whether the license was refused, rather than the request denied by a person. */
function hasLicenseRefusal(error: ResponseBodyError): boolean {
  return 'license_refusal' in error.cause;
}

function messageOf(error: ResponseBodyError): string {
  return descriptionOf(error) ?? `The Authorization server answered "${error.error}".`;
}

/** Masks secrets that the server may repeat in its message, which is stored, published, shown and logged. */
export function printable<T extends object>(answer: T, sent: readonly string[] = []): T {
  if (!('message' in answer) || typeof answer.message !== 'string') return answer;
  const masked = sent.reduce((text, secret) => text.replaceAll(secret, '***'), answer.message);
  return { ...answer, message: toPlainText(masked, maxMessageCharacters) };
}
