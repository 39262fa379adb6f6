import { jetstream, jetstreamManager, type JetStreamPublishOptions, type PubAck } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadSettings } from '../config/load-settings.js';
import type { CommittedEvent } from './committed-event.js';
import { LicenseStream } from './license-stream.js';

type Publish = (subject: string, body: string, options: JetStreamPublishOptions) => Promise<Partial<PubAck>>;
type GetMessage = (stream: string, query: { last_by_subj: string }) => Promise<{ data: Uint8Array } | null>;

const source = '/servers/srv-store-1';
const connection = { options: {} } as unknown as NatsConnection;
// Spies, because test files share their modules: a module mock has no effect if another file has loaded the module.
const publish = vi.spyOn(Object.getPrototypeOf(jetstream(connection)) as { publish: Publish }, 'publish');
const manager = await jetstreamManager(connection, { checkAPI: false });
const getMessage = vi.spyOn(
  Object.getPrototypeOf(manager.direct) as { getMessage: GetMessage },
  'getMessage',
);

afterAll(() => void vi.restoreAllMocks());

const events = ['A', 'B', 'C', 'D'].map((eventId, index): CommittedEvent => ({
  sequence: index + 1,
  eventId,
  subject: index % 2 === 0 ? 'license.status' : 'token.expiring',
  body: JSON.stringify({
    id: eventId,
    source,
    type: index % 2 === 0 ? 'license.status' : 'token.expiring',
    sequence: String(index + 1).padStart(16, '0'),
  }),
}));

/** Sets the last message of each subject. */
function keepLast(text: string | null): void {
  getMessage.mockResolvedValue(text === null ? null : { data: new TextEncoder().encode(text) });
}

/** Simulates a stream that, as JetStream does, refuses an event whose expected predecessor is not its last message. */
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

  it('publishes each event on its subject, with its id for deduplication', async () => {
    const stored = keepStream();
    expect(await stream.publish(connection, events)).toBe(4);
    expect(stored).toEqual(['A', 'B', 'C', 'D']);
    expect(publish.mock.calls.map(([subject, body, { msgID }]) => [subject, body, msgID])).toEqual(
      events.map(({ subject, body, eventId }) => [subject, body, eventId]),
    );
  });

  it('expects the previous event as the last message of the stream, except for the first event', async () => {
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
  ])('stores nothing after event %s fails, and reports %i stored events', async (failing, count) => {
    const stored = keepStream({ [failing]: new Error('timeout') });
    expect(await stream.publish(connection, events)).toBe(count);
    expect(stored).toEqual(['A', 'B', 'C', 'D'].slice(0, count));
  });

  it('throws the reason if the first event fails', async () => {
    const stored = keepStream({ A: new Error('no stream') });
    await expect(stream.publish(connection, events)).rejects.toThrow('no stream');
    expect(stored).toEqual([]);
  });

  it('counts an event as stored if the stream acknowledges a duplicate and still has it', async () => {
    const stored = keepStream();
    await stream.publish(connection, events);
    getMessage.mockImplementation(
      async (_name: string, { last_by_subj: subject }: { last_by_subj: string }) => ({
        data: new TextEncoder().encode(events.findLast((event) => event.subject === subject)?.body),
      }),
    );
    expect(await stream.publish(connection, events)).toBe(4);
    expect(stored).toEqual(['A', 'B', 'C', 'D']);
  });

  it('publishes a lost duplicate under its id and a growing counter until the stream keeps it', async () => {
    keepLast(null);
    publish.mockImplementation(async (_subject: string, body: string, { msgID }: JetStreamPublishOptions) => {
      if (msgID === 'A.3') keepLast(body);
      return { stream: 'LICENSING', duplicate: msgID !== 'A.3' };
    });
    expect(await stream.publish(connection, events.slice(0, 1))).toBe(1);
    expect(publish.mock.calls.map(([, , { msgID }]) => msgID)).toEqual(['A', 'A.1', 'A.2', 'A.3']);
  });

  it('gives up on an event that the stream never keeps', async () => {
    publish.mockResolvedValue({ stream: 'LICENSING', duplicate: true });
    keepLast(null);
    await expect(stream.publish(connection, events)).rejects.toMatchObject({ code: 'event-not-kept' });
  });

  it('gives up after 30 s on an event that a slow stream does not keep', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    publish.mockImplementation(async () => {
      clock.mockReturnValue(performance.now() + 4000);
      return { stream: 'LICENSING', duplicate: true };
    });
    keepLast(null);
    const slow = stream.publish(connection, events.slice(0, 1));
    await expect(slow).rejects.toMatchObject({ code: 'event-not-kept' });
    clock.mockRestore();
    expect(publish).toHaveBeenCalledTimes(9);
  });

  it('rejects an acknowledgement from another stream', async () => {
    publish.mockResolvedValue({ stream: 'OTHER' });
    await expect(stream.publish(connection, events)).rejects.toMatchObject({
      code: 'foreign-acknowledgement',
    });
  });
});

describe('LicenseStream.contains', () => {
  const stream = new LicenseStream(loadSettings({}));
  const event = events[2]!;
  const type = 'license.status';
  const contains = (message: unknown) => {
    keepLast(typeof message === 'string' ? message : JSON.stringify(message));
    return stream.contains(connection, event);
  };

  it.each(['0000000000000003', '0000000000000004'])(
    'is true if the last event has sequence %s',
    async (sequence) => {
      expect(await contains({ type, source, sequence })).toBe(true);
    },
  );

  it.each([
    'hello',
    '',
    'null',
    '7',
    '[]',
    {},
    { type, source },
    { type, source, sequence: null },
    { type, source, sequence: 'soon' },
    { type, source, sequence: 3 },
    { type, source, sequence: '9' },
    { type, source, sequence: '0000000000000002' },
    { type, source: '/servers/srv-store-2', sequence: '0000000000000003' },
    { type: 'token.expiring', source, sequence: '0000000000000003' },
  ])('is false if the last message is %j', async (message) => {
    expect(await contains(message)).toBe(false);
  });

  it('is false if there is no message', async () => {
    keepLast(null);
    expect(await stream.contains(connection, event)).toBe(false);
  });
});
