import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from './support/fake-clock.js';
import { FakeMachineClock } from './support/fake-machine-clock.js';
import { holdScheduler } from './support/hold-scheduler.js';
import { nameWaitingEvents } from './support/read-outbox.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('a clock that can be wrong', () => {
  /** The correct time, which the Authorization server uses. */
  let truth: FakeClock;
  let machine: FakeMachineClock;
  let mock: TestMock;
  let app: TestApp;

  const pass = (ms: number) => {
    truth.advance(ms);
  };
  const start = async (dataDir?: string) => {
    app = await startApp({ mock, machineClock: machine, ...(dataDir && { dataDir }) });
    holdScheduler(app);
  };

  beforeEach(async () => {
    truth = new FakeClock();
    machine = new FakeMachineClock(truth);
    mock = await startMock({ clock: truth });
    await start();
    await app.acquire(mock);
  });

  afterEach(async () => {
    await app.stop();
    await mock.stop();
  });

  it('does not make a token last longer when it is set back', async () => {
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    machine.setWallBy(-30 * dayMs);
    pass(7 * dayMs + 1000);
    await app.tick();
    expect(await app.view()).toMatchObject({ clockSuspect: true, token: { status: 'expired' } });
  });

  it('does not make a token last longer over a reboot with a dead battery, and does not prevent a refresh', async () => {
    pass(2 * dayMs);
    await app.tick();
    await app.close();
    machine.reboot(0);
    machine.setWallBy(-20 * 365 * dayMs);
    await start(app.dataDir);
    await app.tick();
    const view = await app.view();
    expect(view).toMatchObject({ status: 'licensed', clockSuspect: true });
    await app.as('post', '/api/license/refresh').expect(200);
    pass(7 * dayMs);
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    await app.tick();
    pass(7 * dayMs);
    await app.tick();
    expect((await app.view()).token.status).toBe('expired');
  });

  it('is reported once, shown in health, and trusted again once it is correct', async () => {
    machine.setWallBy(-2 * hourMs);
    await app.tick();
    await app.tick();
    const health = await app.as('get', '/health').expect(200);
    expect(health.body).toMatchObject({ status: 'degraded', details: { clock: { status: 'degraded' } } });
    machine.setWallBy(2 * hourMs);
    await app.tick();
    await app.tick();
    expect(await nameWaitingEvents(app)).toEqual(['acquired', 'clock-suspect', 'clock-suspect']);
    expect(await app.view()).toMatchObject({ clockSuspect: false });
  });

  it('has no lasting effect if it is set forward and back again', async () => {
    machine.setWallBy(400 * dayMs);
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    await app.tick();
    expect(await app.view()).toMatchObject({ clockSuspect: true });
    machine.setWallBy(-400 * dayMs);
    await app.tick();
    expect(await app.view()).toMatchObject({
      status: 'licensed',
      clockSuspect: false,
      token: { status: 'valid' },
    });
  });

  it.each([-hourMs, hourMs])(
    'can be an hour off (%i ms) without preventing a refresh, because the nonce proves freshness',
    async (ms) => {
      machine.setWallBy(ms);
      pass(10_000);
      await app.as('post', '/api/license/refresh').expect(200);
      expect(await app.view()).toMatchObject({ reason: 'refreshed', token: { status: 'valid' } });
    },
  );

  it('never extends or shortens the life of a token, over any series of jumps, contacts and reboots', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(dayMs) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('back' as const), ms: fc.nat(400 * dayMs) }) },
      fc.record({ kind: fc.constant('refresh' as const), ms: fc.constant(0) }),
      fc.record({ kind: fc.constant('right' as const), ms: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        await app.as('post', '/api/license/refresh').expect(200);
        for (const { kind, ms } of steps) {
          if (kind === 'pass') pass(ms);
          if (kind === 'back') machine.setWallBy(-ms);
          if (kind === 'right') machine.setWallBy(truth.now().getTime() - machine.read().wall.getTime());
          if (kind === 'refresh') await app.as('post', '/api/license/refresh').expect(200);
          const view = await app.view();
          const isOver = truth.now() > new Date(String(view.token.expiresAt));
          expect(view.token.status === 'expired').toBe(isOver);
        }
      }),
      { numRuns: 15 },
    );
  });
});
