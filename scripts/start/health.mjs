import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 100;
const TRY_TIMEOUT_MS = 2_000;

/**
 * Asks again and again until the answer is yes.
 * @param {() => Promise<boolean>} isHealthy
 * @param {AbortSignal} signal ends the wait with its reason
 */
export async function waitUntilHealthy(isHealthy, signal) {
  while (!(await isHealthy())) await wait(POLL_MS, undefined, { signal });
  signal.throwIfAborted();
}

/** @param {string} url */
export async function answersOk(url) {
  try {
    // No agent: a connection that is kept would only delay the stop of the process that it leads to.
    const request = get(url, {
      agent: false,
      timeout: TRY_TIMEOUT_MS,
      signal: AbortSignal.timeout(TRY_TIMEOUT_MS),
    });
    const [response] = await once(request, 'response');
    response.resume();
    return response.statusCode === 200;
  } catch {
    return false;
  }
}

/** A broker greets every connection with an INFO line. @param {string} host @param {number} port */
export async function answersNats(host, port) {
  const socket = connect({ host, port });
  try {
    const [greeting] = await once(socket, 'data', { signal: AbortSignal.timeout(TRY_TIMEOUT_MS) });
    return String(greeting).startsWith('INFO ');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
