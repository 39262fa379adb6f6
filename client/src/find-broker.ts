import type { LicensedDevice } from './device/licensed-device.js';
import { LicenseServerError } from './license-server-error.js';

const TIMEOUT_MS = 10_000;
const PATH = 'api/peers/me';

/**
 * Requests the address of a POS server's broker (`GET /api/peers/me`) and sets the device clock by the answer.
 * @throws LicenseServerError `server-unreachable`, `server-refused`, `answer-not-readable`
 * @throws DeviceError `not-authorized`
 */
export async function findBroker(serverUrl: string | URL, device: LicensedDevice): Promise<string> {
  const base = new URL(serverUrl);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  const url = new URL(PATH, base).href;
  let answer = await ask(url, device);
  const nonce = answer.headers.get('dpop-nonce');
  // RFC 9449 section 9: the server requires its nonce in the proof.
  if (answer.status === 401 && nonce !== null) answer = await ask(url, device, nonce);
  if (!answer.ok) {
    throw new LicenseServerError(
      'server-refused',
      `The server refused the device: ${await explain(answer)}.`,
    );
  }
  const document: unknown = await answer.json().catch(() => null);
  const natsUrl = memberOf(document, 'natsUrl');
  if (natsUrl !== undefined) return natsUrl;
  throw new LicenseServerError('answer-not-readable', 'The server reported no broker address: set natsUrl.');
}

async function ask(url: string, device: LicensedDevice, nonce?: string): Promise<Response> {
  const { token } = device;
  const proof = device.proofForHttp({ method: 'GET', url, nonce, token });
  const headers = {
    accept: 'application/json',
    authorization: proof === null ? `Bearer ${token}` : `DPoP ${token}`,
    ...(proof === null ? {} : { dpop: proof }),
  };
  try {
    // Redirects are not followed, because they would send the token to another host.
    const answer = await fetch(url, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    device.clock.correct(answer);
    return answer;
  } catch (cause) {
    const message = `The server cannot be reached at ${url}.`;
    throw new LicenseServerError('server-unreachable', message, cause);
  }
}

/** Returns the `code` of a problem document (RFC 9457), or else the HTTP status. */
async function explain(answer: Response): Promise<string> {
  const problem: unknown = await answer.json().catch(() => null);
  return memberOf(problem, 'code') ?? `HTTP ${answer.status}`;
}

function memberOf(document: unknown, name: string): string | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const value = (document as Record<string, unknown>)[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
