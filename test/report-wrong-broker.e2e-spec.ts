import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { connectRegister } from './support/register-connection.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { type OtherBroker, startOtherBroker } from './support/start-other-broker.js';
import { startProcess, type TestProcess } from './support/start-process.js';

const patience = { timeout: 30_000 };

describe('a broker with the wrong configuration', () => {
  let mock: TestMock;
  let nats: TestNats;
  let service: TestProcess;
  let other: OtherBroker;

  beforeAll(ensureBuilt, buildTimeoutMs);

  beforeEach(async () => {
    [nats, mock] = await Promise.all([startNats(), startMock()]);
    await nats.kill();
  });

  afterEach(async () => {
    await other.stop();
    await service.remove();
    await Promise.all([mock.stop(), nats.stop()]);
  });

  it.each([
    ['no-jetstream', /Publishing to the broker failed \([^)]*jetstream[^)]*\)/i],
    [
      'other-password',
      /Using the broker at nats:\S+ for events failed \([^)]*authorization violation[^)]*\)/i,
    ],
  ] as const)(
    'is reported in one log line (%s), and used as soon as it is corrected',
    async (fault, line) => {
      other = await startOtherBroker(nats, fault);
      service = await startProcess({ mock, nats });
      expect(await service.acquire(mock)).toMatchObject({ status: 'licensed' });
      await expect.poll(() => service.output(), patience).toMatch(line);
      expect(await (await service.as('GET', '/health')).json()).toMatchObject({
        details: { nats: { eventsWaiting: 1 } },
      });
      expect(service.output()).not.toContain(nats.serviceUser.password);
      await other.stop();

      await nats.restart();
      const register = await connectRegister(nats);
      await expect
        .poll(() => register.last('license.status').catch(() => null), patience)
        .toMatchObject({ event: { data: { reason: 'acquired' } } });
      await register.close();
      expect(service.output().split(line)).toHaveLength(2);
    },
  );
});
