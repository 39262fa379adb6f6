import type { LicensedDevice } from './device/licensed-device.js';
import { LicenseServerError } from './license-server-error.js';

const TIMEOUT_MS = 10_000;
const PATH = 'api/peers/me';

/**
 * Asks a POS server where its broker is (`GET /api/peers/me`); the server's time is learned by the way, as proofs carry
 * it.
 * @throws LicenseServerError, DeviceError
 */
export async function findBroker(serverUrl: string | URL, device: LicensedDevice): Promise<string> {
  const base = new URL(serverUrl);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  const url = new URL(PATH, base).href;
  let answer = await ask(url, device);
  const nonce = answer.headers.get('dpop-nonce');
  // RFC 9449 section 9: the server wants a nonce of its own in the proof, and says so once.
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
  throw new LicenseServerError('answer-not-readable', 'The server names no broker (natsUrl): give natsUrl.');
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
    // A token is not carried to wherever a redirection points.
    const answer = await fetch(url, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    device.clock.observe(answer);
    return answer;
  } catch (cause) {
    const message = `The server cannot be reached at ${url}.`;
    throw new LicenseServerError('server-unreachable', message, cause);
  }
}

/** The `code` of a problem document (RFC 9457), or else the status. */
async function explain(answer: Response): Promise<string> {
  const problem: unknown = await answer.json().catch(() => null);
  return memberOf(problem, 'code') ?? `HTTP ${answer.status}`;
}

function memberOf(document: unknown, name: string): string | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const value = (document as Record<string, unknown>)[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
