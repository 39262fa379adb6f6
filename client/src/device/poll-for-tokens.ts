import { setTimeout as delay } from 'node:timers/promises';
import type { AuthorizationServer, IssuedTokens, IssuedUserCode } from './authorization-server.js';
import { DeviceError } from './device-error.js';
import type { DpopKey } from './dpop-key.js';

/**
 * Polls until a person has decided (RFC 8628 section 3.5): never faster than the interval, 5 s slower from each
 * `slow_down` on, and with twice the gap after each answer that did not come.
 * @throws DeviceError
 */
export async function pollForTokens(
  server: AuthorizationServer,
  code: IssuedUserCode,
  key: DpopKey | null,
  signal: AbortSignal,
): Promise<IssuedTokens> {
  const endsAt = performance.now() + code.expiresInSeconds * 1000;
  let intervalMs = code.intervalSeconds * 1000;
  while (performance.now() < endsAt) {
    await waitFor(intervalMs, signal);
    try {
      const answer = await server.poll(code.deviceCode, key);
      if (answer.kind === 'granted') return answer.tokens;
      if (answer.kind === 'slow-down') intervalMs += 5_000;
    } catch (error) {
      const isTransient = error instanceof DeviceError && error.code === 'authorization-server-unreachable';
      if (!isTransient) throw error;
      intervalMs *= 2;
    }
  }
  throw new DeviceError('user-code-expired', 'Nobody entered the user code in time: ask for a new one.');
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    throw new DeviceError('stopped', 'The device was stopped before a person had decided.');
  }
}
