import { jetstream, type JetStreamPublishOptions, type PubAck } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { loadSettings } from '../config/load-settings.js';
import type { CommittedEvent } from './committed-event.js';
import { LicenseStream } from './license-stream.js';

type Publish = (subject: string, body: string, options: JetStreamPublishOptions) => Promise<Partial<PubAck>>;

const connection = { options: {} } as unknown as NatsConnection;
// A spy instead of a mock of the module: test files share their modules, and another one may have loaded it before.
const publish = vi.spyOn(Object.getPrototypeOf(jetstream(connection)) as { publish: Publish }, 'publish');

const events = ['A', 'B', 'C', 'D'].map((eventId, index): CommittedEvent => ({
  sequence: index + 1,
  eventId,
  subject: index % 2 === 0 ? 'license.status' : 'token.expiring',
  body: `{"id":"${eventId}"}`,
}));

/** A stream as JetStream keeps it: it refuses what does not follow the message that the publisher names. */
function keepStream(failing: Readonly<Record<string, Error>> = {}): string[] {
  const stored: string[] = [];
  publish.mockImplementation(async (_subject, body, options) => {
    const { id } = JSON.parse(body) as { id: string };
    const fault = failing[id];
    if (fault !== undefined) throw fault;
    if (stored.includes(id)) return { stream: 'LICENSING', duplicate: true };
    const expected = options.expect?.lastMsgID;
    if (expected !== undefined && stored.at(-1) !== expected) throw new Error('wrong last msg ID');
    stored.push(id);
    return { stream: 'LICENSING', duplicate: false };
  });
  return stored;
}

describe('LicenseStream.publish', () => {
  const stream = new LicenseStream(loadSettings({}));

  beforeEach(() => {
    publish.mockReset();
  });

  it('publishes each event on its subject, with its id for the deduplication', async () => {
    const stored = keepStream();
    expect(await stream.publish(connection, events)).toBe(4);
    expect(stored).toEqual(['A', 'B', 'C', 'D']);
    expect(publish.mock.calls.map(([subject, body, { msgID }]) => [subject, body, msgID])).toEqual(
      events.map(({ subject, body, eventId }) => [subject, body, eventId]),
    );
  });

  it('names the event before as the last that the stream must hold, but for the first', async () => {
    keepStream();
    await stream.publish(connection, events);
    expect(publish.mock.calls.map(([, , { expect: named }]) => named)).toEqual([
      undefined,
      { lastMsgID: 'A' },
      { lastMsgID: 'B' },
      { lastMsgID: 'C' },
    ]);
  });

  it.each([
    ['B', 1],
    ['C', 2],
    ['D', 3],
  ])('lets none overtake when %s fails, and tells that %i are stored', async (failing, count) => {
    const stored = keepStream({ [failing]: new Error('timeout') });
    expect(await stream.publish(connection, events)).toBe(count);
    expect(stored).toEqual(['A', 'B', 'C', 'D'].slice(0, count));
  });

  it('throws the reason when already the first fails', async () => {
    const stored = keepStream({ A: new Error('no stream') });
    await expect(stream.publish(connection, events)).rejects.toThrow('no stream');
    expect(stored).toEqual([]);
  });

  it('counts what the stream knows already as stored', async () => {
    const stored = keepStream();
    await stream.publish(connection, events);
    expect(await stream.publish(connection, events)).toBe(4);
    expect(stored).toEqual(['A', 'B', 'C', 'D']);
  });

  it('believes no acknowledgement but that of its stream', async () => {
    publish.mockResolvedValue({ stream: 'OTHER' });
    await expect(stream.publish(connection, events)).rejects.toMatchObject({
      code: 'foreign-acknowledgement',
    });
  });
});
