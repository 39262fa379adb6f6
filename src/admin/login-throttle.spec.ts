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

  it('accepts the correct token without a delay after any number of mistakes, and then resets the delay', async () => {
    const clock = new FakeClock();
    const throttle = new LoginThrottle(adminToken, clock);
    for (let attempt = 0; attempt < 20; attempt++) await throttle.attempt('192.0.2.1', 'wrong');
    const before = clock.now().getTime();
    expect(await throttle.attempt('192.0.2.1', right)).toEqual({ kind: 'right' });
    expect(clock.now().getTime() - before).toBe(0);
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

  it('slows an IPv6 client by its /64 network, because it can use any address in it', async () => {
    const throttle = new LoginThrottle(adminToken, new FakeClock());
    for (let attempt = 0; attempt < 5; attempt++) await throttle.attempt(`2001:db8::${attempt}`, 'wrong');
    expect(await throttle.attempt('2001:db8::ffff', 'wrong')).toEqual({ kind: 'wrong', isSlowed: true });
    expect(await throttle.attempt('2001:db8:0:1::1', 'wrong')).toEqual({ kind: 'wrong', isSlowed: false });
  });

  it('slows or refuses 800 addresses that guess together after 50 mistakes, and accepts the correct token', async () => {
    const clock = new HeldClock();
    const throttle = new LoginThrottle(adminToken, clock);
    const addresses = Array.from({ length: 800 }, (_, host) => `10.0.${host >> 8}.${host & 255}`);
    const attempts = addresses.map((address) => throttle.attempt(address, 'wrong'));
    expect(await throttle.attempt('10.0.0.1', right)).toEqual({ kind: 'right' });
    expect(clock.sleepers).toHaveLength(200);
    for (const { wake } of clock.sleepers) wake();
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter((outcome) => outcome.kind === 'wrong' && !outcome.isSlowed)).toHaveLength(50);
    expect(outcomes.filter(({ kind }) => kind === 'refused')).toHaveLength(550);
    clock.advance(60_000);
    expect(await throttle.attempt('192.0.2.1', 'wrong')).toEqual({ kind: 'wrong', isSlowed: false });
  });

  it('refuses incorrect tokens while 200 answers are delayed, and never the correct one', async () => {
    const clock = new HeldClock();
    const throttle = new LoginThrottle(adminToken, clock);
    for (let attempt = 0; attempt < 260; attempt++) void throttle.attempt('192.0.2.1', 'wrong');
    expect(clock.sleepers).toHaveLength(200);
    expect(await throttle.attempt('192.0.2.1', 'wrong')).toEqual({ kind: 'refused' });
    for (const address of ['192.0.2.1', '192.0.2.2']) {
      expect(await throttle.attempt(address, right)).toEqual({ kind: 'right' });
    }
    for (const { wake } of clock.sleepers) wake();
    await expect
      .poll(() => {
        void throttle.attempt('192.0.2.2', 'wrong');
        return clock.sleepers.length;
      })
      .toBeGreaterThan(200);
  });
});
