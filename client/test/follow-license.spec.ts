import { mkdir, rm } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { followLicense } from '../src/index.js';
import { startCuttableBrokerLink } from '../../test/support/cuttable-broker-link.js';
import { startNats, type TestNats } from '../../test/support/start-nats.js';
import { LicensePublisher } from './support/license-publisher.js';
import {
  makeStatusEvent,
  makeTokenWarning,
  sequenceOf,
  SERVER_ID,
  tokenUntil,
} from './support/make-event.js';
import { RecordedFollower } from './support/record-license.js';

const END = '2099-01-01T00:00:00.000Z';

function follow(url: string, broker: TestNats, serverId?: string): RecordedFollower {
  const named = serverId === undefined ? {} : { serverId };
  const recorded = new RecordedFollower({ natsUrl: url, ...broker.registerUser, ...named });
  onTestFinished(() => recorded.follower.close());
  return recorded;
}

async function startBroker(): Promise<TestNats> {
  const broker = await startNats();
  onTestFinished(() => broker.stop());
  return broker;
}

async function publishTo(broker: TestNats): Promise<LicensePublisher> {
  const publisher = await LicensePublisher.connect(broker);
  onTestFinished(() => publisher.close());
  return publisher;
}

describe('followLicense with a broker that stays up', () => {
  let broker: TestNats;
  let service: LicensePublisher;
  let number = 0;
  const nextStatus = (view = {}, changes = {}) => makeStatusEvent((number += 1), view, changes);

  beforeAll(async () => {
    broker = await startNats();
    const publisher = await LicensePublisher.connect(broker);
    await publisher.createStream();
    await publisher.close();
  });
  afterAll(() => broker.stop());
  beforeEach(async () => {
    service = await publishTo(broker);
  });

  it('reports that no license is known yet, and then the first license live', async () => {
    const register = follow(broker.url, broker);
    expect(await register.seen('caught-up')).toEqual({ kind: 'caught-up', license: null });
    expect(register.follower.current()).toBeNull();
    expect(register.follower.isLicensed()).toBe(false);

    const acquired = nextStatus();
    await service.publish(acquired);
    const { event, delivery } = await register.seenEvent(acquired.id);
    expect(event).toEqual(acquired);
    expect(delivery.kind).toBe('live');
    expect(register.follower.current()).toMatchObject({ status: 'licensed', sequence: acquired.sequence });
    expect(register.follower.isLicensed()).toBe(true);
  });

  it('delivers the last event of each subject to a register that connects later', async () => {
    const [before, last] = [nextStatus(), nextStatus(tokenUntil(END))];
    const warning = makeTokenWarning((number += 1), END);
    for (const event of [before, last, warning]) await service.publish(event);

    const register = follow(broker.url, broker);
    await register.seen('caught-up');
    expect(register.calls.filter((call) => call.kind === 'event')).toMatchObject([
      { event: { id: last.id }, delivery: { kind: 'stored' } },
      { event: { id: warning.id }, delivery: { kind: 'stored' } },
    ]);
    expect(register.follower.current()?.sequence).toBe(last.sequence);
    expect(register.follower.tokenWarning()).toEqual(warning);
  });

  it('does not deliver a warning of a replaced token to a register that connects later', async () => {
    await service.publish(makeTokenWarning((number += 1), '2026-03-08T00:00:00.000Z'));
    await service.publish(nextStatus({ reason: 'refreshed', ...tokenUntil(END) }));

    const register = follow(broker.url, broker);
    const { drop } = await register.seen('dropped');
    expect(drop).toMatchObject({ subject: 'token.expiring', reason: 'superseded' });
    await register.seen('caught-up');
    expect(register.follower.tokenWarning()).toBeNull();
  });

  it('delivers an event once that the broker sends twice', async () => {
    const register = follow(broker.url, broker);
    await register.seen('caught-up');
    const repeated = nextStatus();
    await service.send('license.status', JSON.stringify(repeated));
    await service.send('license.status', JSON.stringify(repeated));
    await register.seen(
      'dropped',
      ({ drop }) => drop.reason === 'duplicate' && drop.detail.includes(repeated.id),
    );
    expect(register.eventIds.filter((id) => id === repeated.id)).toHaveLength(1);
  });

  it('drops an event that is older than the last one', async () => {
    const [older, newer] = [nextStatus(), nextStatus()];
    const register = follow(broker.url, broker);
    await register.seen('caught-up');
    await service.publish(newer);
    await service.publish(older);
    await register.seen('dropped', ({ drop }) => drop.reason === 'stale' && drop.detail.includes(older.id));
    expect(register.follower.current()?.sequence).toBe(newer.sequence);
    expect(register.eventIds).not.toContain(older.id);
    await service.publish(nextStatus());
  });

  it.each([
    ['in the options', SERVER_ID],
    ['that published first', undefined],
  ])('drops the events of any server but the one %s', async (_name, serverId) => {
    await service.publish(nextStatus());
    const register = follow(broker.url, broker, serverId);
    await register.seen('caught-up');
    const forged = nextStatus({ status: 'unlicensed', reason: 'revoked' }, { serverId: 'srv-rogue' });
    await service.send('license.status', JSON.stringify(forged));
    const { drop } = await register.seen('dropped', (call) => call.drop.reason === 'foreign-source');
    expect(drop.detail).toContain('/servers/srv-rogue');
    expect(register.follower.current()).toMatchObject({ status: 'licensed', serverId: SERVER_ID });
    await service.publish(nextStatus());
  });

  it('drops messages that are not events of their subject, and keeps receiving', async () => {
    const register = follow(broker.url, broker);
    await register.seen('caught-up');
    const warning = makeTokenWarning((number += 1), END);
    for (const body of ['', '{"specversion":', 'null', '[]', '{"stream":"LICENSING","seq":5}']) {
      await service.send('license.status', body);
      await service.send('token.expiring', body);
    }
    await service.send('license.status', JSON.stringify(warning));
    await register.seen('dropped', ({ drop }) => drop.reason === 'wrong-type');
    const malformed = register.calls.filter(
      (call) => call.kind === 'dropped' && call.drop.reason === 'malformed',
    );
    expect(malformed).toHaveLength(10);

    const next = nextStatus();
    await service.publish(next);
    expect((await register.seenEvent(next.id)).delivery.kind).toBe('live');
  });

  it.each(['hello', 'null', '{}', '{"sequence":"soon"}'])(
    'keeps receiving when the last message in the stream is %s',
    async (body) => {
      await service.store('license.status', body);
      const register = follow(broker.url, broker);
      await register.seen('dropped', ({ drop }) => drop.reason === 'malformed');
      expect((await register.seen('caught-up')).license).toBeNull();
      const next = nextStatus();
      await service.publish(next);
      await register.seenEvent(next.id);
      expect(register.follower.current()?.sequence).toBe(next.sequence);
    },
  );

  it('asks the server itself if the last message in the stream is unusable', async () => {
    const { data, sequence } = nextStatus();
    await service.answerStatus(data);
    await service.store('license.status', 'hello');
    const register = follow(broker.url, broker);
    await register.seen('caught-up');
    expect(register.follower.current()?.sequence).toBe(sequence);
  });

  it('asks the server itself about an event with a lower sequence: a restored server continues from there', async () => {
    const restored = nextStatus();
    await service.publish(nextStatus());
    const register = follow(broker.url, broker);
    await register.seen('caught-up');
    await service.answerStatus({ ...restored.data, sequence: restored.sequence });
    await service.publish(restored);
    await register.seenEvent(`svc.licensing.status/${restored.sequence}`);
    expect(register.follower.current()?.sequence).toBe(restored.sequence);
  });

  it('asks the server again until it answers about an event with a lower sequence', async () => {
    const restored = nextStatus();
    await service.publish(nextStatus());
    const register = follow(broker.url, broker);
    await register.seen('caught-up');
    await service.publish(restored);
    await register.seen('dropped', ({ drop }) => drop.detail.includes(restored.id));
    await service.answerStatus({ ...restored.data, sequence: restored.sequence });
    await register.seenEvent(`svc.licensing.status/${restored.sequence}`);
    expect(register.follower.current()?.sequence).toBe(restored.sequence);
  });

  it('keeps receiving after callbacks that throw or reject, and emits process warnings', async () => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockReturnValue();
    onTestFinished(() => Promise.resolve(emitWarning.mockRestore()));
    const received: string[] = [];
    const follower = followLicense({
      natsUrl: broker.url,
      ...broker.registerUser,
      onConnection: () => Promise.reject(new Error('the connection lamp is broken')),
      onLicenseStatus: (event) => {
        received.push(event.id);
        throw new Error('the display is broken');
      },
    });
    onTestFinished(() => follower.close());
    const register = follow(broker.url, broker);
    await register.seen('caught-up');

    const [first, second] = [nextStatus(), nextStatus()];
    await service.publish(first);
    await service.publish(second);
    await expect.poll(() => received).toEqual(expect.arrayContaining([first.id, second.id]));
    const details = emitWarning.mock.calls.map((call) => JSON.stringify(call)).join();
    expect(details).toContain('the connection lamp is broken');
    expect(details).toContain('the display is broken');
  });

  it('reports the reason of a refusal', async () => {
    const register = new RecordedFollower({ natsUrl: broker.url, user: 'register', password: 'wrong' });
    onTestFinished(() => register.follower.close());
    const { change } = await register.seenState('disconnected');
    expect(change).toMatchObject({ reason: expect.stringContaining('Authorization Violation') as string });
  });

  it('calls no callback after close()', async () => {
    const register = follow(broker.url, broker);
    await register.seen('caught-up');
    const callsAtClose = register.calls.length;
    await register.follower.close();
    const witness = follow(broker.url, broker);
    await witness.seen('caught-up');
    const after = nextStatus();
    await service.publish(after);
    await witness.seenEvent(after.id);
    expect(register.calls).toHaveLength(callsAtClose);
    await expect(register.follower.close()).resolves.toBeUndefined();
  });
});

describe('followLicense with a broker that is interrupted', () => {
  it('starts before the broker and before the stream exists', async () => {
    const broker = await startBroker();
    await broker.kill();
    const register = follow(broker.url, broker);
    const { change } = await register.seenState('disconnected');
    expect(change).toMatchObject({ reason: expect.stringContaining('refused') as string });
    expect(register.follower.current()).toBeNull();

    await broker.restart();
    await register.seenState('connected');
    const service = await publishTo(broker);
    await service.createStream();
    const acquired = makeStatusEvent(1);
    await service.publish(acquired);
    await register.seenEvent(acquired.id);
    await register.seen('caught-up', ({ license }) => license?.sequence === acquired.sequence);
  });

  it('reads the last status again after the broker was killed, and receives the next event', async () => {
    const broker = await startBroker();
    const service = await publishTo(broker);
    await service.createStream();
    const before = makeStatusEvent(1);
    await service.publish(before);
    const register = follow(broker.url, broker);
    await register.seen('caught-up');

    const callsBefore = register.calls.length;
    await broker.kill();
    await register.seenState('disconnected', callsBefore);
    expect(register.follower.isLicensed()).toBe(true);
    await broker.restart();
    await register.seenState('connected', callsBefore);
    const { license } = await register.seen('caught-up', () => true, callsBefore);
    expect(license?.sequence).toBe(before.sequence);
    expect(register.eventIds).toEqual([before.id]);

    const serviceAgain = await publishTo(broker);
    const next = makeStatusEvent(2, { status: 'requires-renewal', reason: 'renewal-window' });
    await serviceAgain.publish(next);
    expect((await register.seenEvent(next.id)).delivery.kind).toBe('live');
  });

  it('receives only the last of the events that it missed while its cable was pulled', async () => {
    const broker = await startBroker();
    const service = await publishTo(broker);
    await service.createStream();
    await service.publish(makeStatusEvent(1));
    const link = await startCuttableBrokerLink(broker.port);
    onTestFinished(() => link.close());
    const register = follow(link.url, broker);
    await register.seen('caught-up');

    for (const round of [0, 10]) {
      const callsBefore = register.calls.length;
      link.cut();
      await register.seenState('disconnected', callsBefore);
      for (const number of [2, 3, 4]) await service.publish(makeStatusEvent(round + number));
      link.restore();
      const { license } = await register.seen('caught-up', () => true, callsBefore);
      expect(license?.sequence).toBe(sequenceOf(round + 4));
    }
    const reported = register.calls.filter((call) => call.kind === 'event');
    expect(reported.map(({ event }) => event.sequence)).toEqual([1, 4, 14].map(sequenceOf));
    expect(reported.every(({ delivery }) => delivery.kind === 'stored')).toBe(true);
  });

  it('keeps the known license when the broker loses its store, and drops the repeated event', async () => {
    const broker = await startBroker();
    const service = await publishTo(broker);
    await service.createStream();
    const status = makeStatusEvent(1);
    await service.publish(status);
    const register = follow(broker.url, broker);
    await register.seen('caught-up');

    const callsBefore = register.calls.length;
    await broker.kill();
    await rm(broker.storeDir, { recursive: true });
    await mkdir(broker.storeDir);
    await broker.restart();
    const serviceAgain = await publishTo(broker);
    await serviceAgain.createStream();
    const { license } = await register.seen('caught-up', () => true, callsBefore);
    expect(license?.sequence).toBe(status.sequence);

    await serviceAgain.publish(status);
    await register.seen('dropped', ({ drop }) => drop.reason === 'duplicate', callsBefore);
    expect(register.eventIds).toEqual([status.id]);
  });

  it('closes without waiting for the broker while that is down', async () => {
    const broker = await startBroker();
    const register = follow(broker.url, broker);
    await register.seenState('connected');
    await broker.kill();
    await register.seenState('disconnected');
    const never = follow(broker.url, broker);
    await never.seenState('disconnected');
    const startedAt = performance.now();
    await Promise.all([register.follower.close(), never.follower.close()]);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
