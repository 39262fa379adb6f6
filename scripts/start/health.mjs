import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 100;
const TRY_TIMEOUT_MS = 2_000;

/**
 * Polls until the check passes.
 * @param {() => Promise<boolean>} isHealthy
 * @param {AbortSignal} signal ends the wait and throws its reason
 */
export async function waitUntilHealthy(isHealthy, signal) {
  while (!(await isHealthy())) await wait(POLL_MS, undefined, { signal });
  signal.throwIfAborted();
}

/** @param {string} url */
export async function answersOk(url) {
  try {
    // No agent: a kept-alive connection would delay the stop of the process.
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

/** Checks for the INFO line that a broker sends to each connection. @param {string} host @param {number} port */
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

/** Returns the URL of a server. An address for all interfaces becomes loopback. @param {string} host @param {number} port */
export function urlOf(host, port) {
  return `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}`;
}
