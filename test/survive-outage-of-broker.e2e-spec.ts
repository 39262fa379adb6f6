import { mkdir, rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serviceItself } from '../src/domain/audit-actor.js';
import { RefreshLicense } from '../src/licensing/refresh-license.js';
import { Outbox } from '../src/outbox/outbox.js';
import { OutboxRelay } from '../src/outbox/outbox-relay.js';
import { commitEvents, readOutbox } from './support/commit-events.js';
import { type CuttableBrokerLink, startCuttableBrokerLink } from './support/cuttable-broker-link.js';
import { FakeClock } from './support/fake-clock.js';
import { connectAsService, readStream, requestAnswer } from './support/read-stream.js';
import { connectRegister, type ReceivedEvent } from './support/register-connection.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

const minuteMs = 60_000;
const patience = { timeout: 30_000 };

describe('a broker that is unreachable', () => {
  let clock: FakeClock;
  let mock: TestMock;
  let nats: TestNats;
  let app: TestApp;

  beforeEach(async () => {
    clock = new FakeClock();
    [nats, mock] = await Promise.all([startNats(), startMock({ clock, tokenTtlSeconds: 3600 })]);
  });

  afterEach(async () => {
    await app.stop();
    await Promise.all([mock.stop(), nats.stop()]);
  });

  const countWaiting = async () => (await app.app.get(Outbox).pending()).count;
  const untilDrained = () => expect.poll(countWaiting, patience).toBe(0);

  /** Checks that no event is lost or reordered, and that repeated events are identical. */
  async function expectWholeStream(): Promise<ReceivedEvent[]> {
    const stream = await readStream(nats);
    const firsts = stream.filter(
      ({ event }, index) => stream.findIndex((other) => other.event.id === event.id) === index,
    );
    const rows = await readOutbox(app);
    expect(firsts.map(({ event }) => event.sequence)).toEqual(
      rows.map(({ sequence }) => String(sequence).padStart(16, '0')),
    );
    expect(firsts.map(({ messageId }) => messageId)).toEqual(rows.map(({ eventId }) => eventId));
    for (const received of stream) {
      expect(received).toEqual(firsts.find(({ event }) => event.id === received.event.id));
    }
    return stream;
  }

  it('does not prevent the start of the service, and receives three days of events in order when it returns', async () => {
    await nats.kill();
    const startedAt = clock.now();
    app = await startApp({ mock, nats });
    await app.acquire(mock);
    const refreshes = 120;
    for (let refresh = 1; refresh <= refreshes; refresh += 1) {
      clock.advance(36 * minuteMs);
      const outcome = await app.app.get(RefreshLicense).execute(serviceItself);
      expect(outcome.kind).toBe('refreshed');
    }
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    clock.advance(61 * minuteMs);
    await expect.poll(countWaiting).toBeGreaterThan(refreshes + 2);
    await mock.control('PUT', '/mock/faults', { mode: 'none' });
    await app.as('delete', '/api/license').expect(204);
    expect(await app.view()).toMatchObject({ status: 'unlicensed', reason: 'removed' });
    expect(clock.now().getTime() - startedAt.getTime()).toBeGreaterThan(3 * 86_400_000);

    await nats.restart();
    await untilDrained();
    const stream = await expectWholeStream();
    expect(stream.length).toBe((await readOutbox(app)).length);
    expect(new Set(stream.map(({ subject }) => subject)).size).toBe(2);
    expect(stream.at(-1)?.event.data).toMatchObject({ status: 'unlicensed', reason: 'removed' });
  });

  it('loses and reorders nothing when it is killed repeatedly while the backlog drains', async () => {
    app = await startApp({ mock, nats });
    await app.acquire(mock);
    await untilDrained();
    const register = await connectRegister(nats);
    let seen = 0;
    for (let kill = 0; kill < 2; kill += 1) {
      await commitEvents(app, 240);
      await register.until(() => register.events.length > seen + 50);
      await nats.kill();
      seen = register.events.length;
      await nats.restart();
      await expect.poll(() => register.connection.isClosed()).toBe(false);
    }
    await untilDrained();
    await register.close();
    expect(await expectWholeStream()).toHaveLength(481);
  });

  describe('behind a failing link', () => {
    let link: CuttableBrokerLink;

    beforeEach(async () => {
      link = await startCuttableBrokerLink(nats.port);
      app = await startApp({ mock, nats, environment: { NATS_URL: link.url } });
      await app.acquire(mock);
      await untilDrained();
    });

    afterEach(() => link.close());

    const breaks = [
      ['from-broker', 5000],
      ['to-broker', 100_000],
    ] as const;

    // The simulation loses messages and acknowledgements. FAILING_CALLS=all breaks a real link in both directions.
    it.each(breaks.slice(0, process.env['FAILING_CALLS'] === 'all' ? 2 : 1))(
      'receives everything in order over a link that breaks %s after %i bytes of a batch',
      async (direction, bytes) => {
        link.cutAfter(bytes, direction);
        await commitEvents(app, 250);
        await expect.poll(() => link.cuts, patience).toBe(1);
        await commitEvents(app, 250);
        await untilDrained();
        expect(await expectWholeStream()).not.toHaveLength(0);
      },
    );
  });

  it('receives the current status again, with the same id, when its storage was lost', async () => {
    app = await startApp({ mock, nats });
    await app.acquire(mock);
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    clock.advance(61 * minuteMs);
    await expect.poll(async () => (await readOutbox(app)).length).toBeGreaterThanOrEqual(3);
    await untilDrained();
    const register = await connectRegister(nats);
    const before = [await register.last('license.status'), await register.last('token.expiring')];
    expect(before).not.toContain(null);

    await nats.kill();
    await rm(nats.storeDir, { recursive: true });
    await mkdir(nats.storeDir);
    await nats.restart();
    const readLast = async () => [
      await register.last('license.status'),
      await register.last('token.expiring'),
    ];
    await expect.poll(() => readLast().catch(() => null), patience).toEqual(before);
    await register.close();
  });

  it('receives the current status and later events when its stream was deleted during the connection', async () => {
    app = await startApp({ mock, nats });
    await app.acquire(mock);
    await untilDrained();
    const connection = await connectAsService(nats);
    await requestAnswer(connection, '$JS.API.STREAM.DELETE.LICENSING');
    await connection.close();
    await app.as('post', '/api/license/refresh').expect(200);
    await untilDrained();
    const stream = await expectWholeStream();
    expect(stream.map(({ event }) => event.data['reason'])).toEqual(['acquired', 'refreshed']);
  });

  it('receives nothing before an event that it refuses, and the rest in order once it accepts that event', async () => {
    app = await startApp({ mock, nats });
    await app.acquire(mock);
    await untilDrained();
    const connection = await connectAsService(nats);
    await updateStream({ max_msg_size: 4000 });
    const longAt = 10;
    await commitEvents(app, 30, (state, index) =>
      state.identity === null
        ? state
        : {
            ...state,
            identity: { ...state.identity, serverName: index === longAt ? 'x'.repeat(4000) : 'Store' },
          },
    );
    await expect.poll(countWaiting, patience).toBe(20);
    for (let tries = 0; tries < 3; tries += 1) await app.app.get(OutboxRelay).drain();
    expect(await countWaiting()).toBe(20);
    expect(await readStream(nats)).toHaveLength(11);

    await updateStream({ max_msg_size: -1 });
    await app.app.get(OutboxRelay).drain();
    await untilDrained();
    expect(await expectWholeStream()).toHaveLength(31);
    await connection.close();

    async function updateStream(change: object): Promise<void> {
      const info = (await requestAnswer(connection, '$JS.API.STREAM.INFO.LICENSING')).json<{
        config: object;
      }>();
      const answer = await requestAnswer(
        connection,
        '$JS.API.STREAM.UPDATE.LICENSING',
        JSON.stringify({ ...info.config, ...change }),
      );
      expect(answer.json<{ error?: object }>().error).toBeUndefined();
    }
  });
});
