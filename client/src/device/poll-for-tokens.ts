import { setTimeout as delay } from 'node:timers/promises';
import type { AuthorizationServer, IssuedTokens, IssuedUserCode } from './authorization-server.js';
import { DeviceError } from './device-error.js';
import type { DpopKey } from './dpop-key.js';

/**
 * Polls until a person decides (RFC 8628 section 3.5). The interval grows by 5 s at each `slow_down` and doubles at each
 * request without an answer.
 * @throws DeviceError `user-code-expired`, `stopped`, or the refusal of the Authorization server
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
  throw new DeviceError('user-code-expired', 'The user code was not entered in time. Request a new one.');
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    throw new DeviceError('stopped', 'The device was stopped before a person entered the user code.');
  }
}
