import { expect } from 'vitest';
import type { TestProcess } from './start-process.js';

const maxStopMs = 10_000;

/** Checks that the service stops in time with code 0, and leaves nothing behind. */
export async function expectOrderlyStop(
  service: TestProcess,
  signal: NodeJS.Signals = 'SIGTERM',
  afterMs = 0,
): Promise<void> {
  const stoppedAt = Date.now() + afterMs;
  const { exitCode, output } = await service.end(signal, afterMs);
  expect(Date.now() - stoppedAt).toBeLessThan(maxStopMs);
  expect(exitCode, output).toBe(0);
  expect(() => process.kill(service.pid, 0)).toThrow(/ESRCH/);
  expect(output).not.toMatch(/"level":"(error|fatal)"/);
}
