import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Clock } from '../src/domain/ports/clock.js';
import { FakeClock } from './support/fake-clock.js';
import { FakeMachineClock } from './support/fake-machine-clock.js';
import { startApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startProcess } from './support/start-process.js';

const twoClocks = /would use two clocks/;

describe('a test with a mock on the real clock', () => {
  let mock: TestMock;

  beforeEach(async () => {
    mock = await startMock();
  });

  afterEach(() => mock.stop());

  it('cannot start a service on another clock', async () => {
    const clock = new FakeClock();
    // @ts-expect-error -- the clock belongs to the mock
    await expect(startApp({ mock, clock })).rejects.toThrow(twoClocks);
  });

  it('cannot start a service on another clock by naming the mock in the environment', async () => {
    const starting = startApp({ clock: new FakeClock(), environment: { AUTH_SERVER_URL: mock.url } });
    await expect(starting).rejects.toThrow(twoClocks);
  });

  it('cannot start a service on a machine whose clock is independent of the mock', async () => {
    const machineClock = new FakeMachineClock(new FakeClock());
    await expect(startApp({ mock, machineClock })).rejects.toThrow(twoClocks);
  });
});

describe('a test with a mock on a test clock', () => {
  let clock: FakeClock;
  let mock: TestMock;

  beforeEach(async () => {
    clock = new FakeClock();
    mock = await startMock({ clock });
  });

  afterEach(() => mock.stop());

  it('starts a service on the same clock without naming it', async () => {
    const app = await startApp({ mock });
    clock.advance(86_400_000);
    expect(app.app.get(Clock)).toBe(clock);
    const { token } = await app.acquire(mock);
    expect(token.issuedAt).toBe(clock.now().toISOString());
    await app.stop();
  });

  it('starts a service whose clock is wrong by a fixed time', async () => {
    const app = await startApp({ mock, aheadMs: -60_000 });
    clock.advance(1000);
    expect(clock.now().getTime() - app.app.get(Clock).now().getTime()).toBe(60_000);
    await app.stop();
  });

  it('cannot start a service process, because it uses the real clock', async () => {
    await expect(startProcess({ mock })).rejects.toThrow(/uses the real clock/);
  });
});

describe('the mock', () => {
  it('rejects a function as its clock, because the service could not share it', async () => {
    // @ts-expect-error -- it takes a clock
    await expect(startMock({ now: Date })).rejects.toThrow(/takes a clock/);
  });
});
