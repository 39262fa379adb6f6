import { Logger } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.js';
import type { AdminToken } from './admin-token.js';
import { LoginThrottle } from './login-throttle.js';

const right = 'the right token';
const adminToken = { matches: (candidate: string) => candidate === right } as unknown as AdminToken;

/** A clock that lets the test end each sleep. */
class HeldClock extends FakeClock {
  readonly sleepers: { ms: number; wake: () => void }[] = [];

  override sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.sleepers.push({ ms, wake }));
  }
}

// Keeps the warnings out of the test output.
Logger.overrideLogger(false);

describe('LoginThrottle', () => {
  it('delays each further attempt from an address longer, up to two seconds', async () => {
    const clock = new FakeClock();
    const throttle = new LoginThrottle(adminToken, clock);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      const before = clock.now().getTime();
      await throttle.attempt('192.0.2.1', 'wrong');
      waits.push(clock.now().getTime() - before);
    }
    expect(waits).toEqual([0, 0, 0, 0, 0, 250, 500, 1000, 2000, 2000, 2000, 2000]);
  });

  it('delays the correct token as long as an incorrect one, and then resets the delay', async () => {
    const clock = new FakeClock();
    const throttle = new LoginThrottle(adminToken, clock);
    for (let attempt = 0; attempt < 20; attempt++) await throttle.attempt('192.0.2.1', 'wrong');
    const before = clock.now().getTime();
    expect(await throttle.attempt('192.0.2.1', right)).toEqual({ kind: 'right', isSlowed: true });
    expect(clock.now().getTime() - before).toBe(2000);
    expect(await throttle.attempt('192.0.2.1', 'wrong')).toEqual({ kind: 'wrong', isSlowed: false });
  });

  it('counts concurrent attempts one after the other', () => {
    const clock = new HeldClock();
    const throttle = new LoginThrottle(adminToken, clock);
    for (let attempt = 0; attempt < 8; attempt++) void throttle.attempt('192.0.2.1', 'wrong');
    expect(clock.sleepers.map(({ ms }) => ms)).toEqual([250, 500, 1000]);
  });

  it('does not delay one address because of another', async () => {
    const throttle = new LoginThrottle(adminToken, new FakeClock());
    for (let attempt = 0; attempt < 20; attempt++) await throttle.attempt('192.0.2.1', 'wrong');
    expect(await throttle.attempt('192.0.2.2', 'wrong')).toEqual({ kind: 'wrong', isSlowed: false });
  });

  it('resets the delay ten minutes after the last mistake', async () => {
    const clock = new FakeClock();
    const throttle = new LoginThrottle(adminToken, clock);
    for (let attempt = 0; attempt < 6; attempt++) await throttle.attempt('192.0.2.1', 'wrong');
    // The last mistake was counted before its own delay of 250 ms.
    clock.advance(10 * 60_000 - 251);
    expect(await throttle.attempt('192.0.2.1', 'wrong')).toMatchObject({ isSlowed: true });
    clock.advance(10 * 60_000);
    expect(await throttle.attempt('192.0.2.1', 'wrong')).toMatchObject({ isSlowed: false });
  });

  it('refuses further attempts while 200 are waiting, so that a flood uses no memory', async () => {
    const clock = new HeldClock();
    const throttle = new LoginThrottle(adminToken, clock);
    for (let attempt = 0; attempt < 205; attempt++) void throttle.attempt('192.0.2.1', 'wrong');
    expect(await throttle.attempt('192.0.2.2', right)).toEqual({ kind: 'refused' });
    for (const { wake } of clock.sleepers) wake();
    await expect.poll(() => throttle.attempt('192.0.2.2', right)).toEqual({ kind: 'right', isSlowed: false });
  });
});
