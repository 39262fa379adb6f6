import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import type { LicenseQuery } from '../licensing/license-query.js';
import type { FloodGuard } from './flood-guard.js';
import type { RequestLink } from './request-link.js';
import { StatusResponder } from './status-responder.js';

type Listener = (connection: NatsConnection) => Promise<void>;

interface Request {
  readonly headers: { last(): string };
  respond(answer: string): void;
}

/** A broker that hands over the requests that a test makes. */
class FakeBroker {
  readonly subscriptions: string[] = [];
  private deliver: (error: null, request: Request) => void = () => undefined;

  /** @param flush resolves when the broker has read the answers */
  constructor(private readonly flush: () => Promise<void> = async () => undefined) {}

  readonly connection = {
    subscribe: (subject: string, { callback }: { callback: FakeBroker['deliver'] }) => {
      this.subscriptions.push(subject);
      this.deliver = callback;
    },
    flush: () => this.flush(),
  } as unknown as NatsConnection;

  /** @param info the broker says of the sender */
  request(info = ''): Promise<string> {
    return new Promise((respond) => this.deliver(null, { headers: { last: () => info }, respond }));
  }
}

/** Returns what the broker says of a device that this service let in. */
const device = (user: string) => JSON.stringify({ user, id: 7, issuer_key: 'REG' });

describe('StatusResponder', () => {
  const freshText = vi.fn();
  const noteDropped = vi.fn();
  let broker: FakeBroker;
  let connected: Listener;

  beforeEach(() => {
    Logger.overrideLogger(false);
    broker = new FakeBroker();
    freshText.mockReset();
    noteDropped.mockReset();
    const link = { onConnected: (listener: Listener) => (connected = listener) };
    new StatusResponder(
      link as unknown as RequestLink,
      { noteDropped } as unknown as FloodGuard,
      { freshText } as unknown as LicenseQuery,
    ).onModuleInit();
  });

  afterEach(() => Logger.overrideLogger(['log', 'warn', 'error']));

  it('answers each request with the view of that moment', async () => {
    await connected(broker.connection);
    freshText.mockResolvedValueOnce('{"status":"licensed"}').mockResolvedValueOnce('{"status":"expired"}');
    expect(await broker.request()).toBe('{"status":"licensed"}');
    expect(await broker.request()).toBe('{"status":"expired"}');
    expect(broker.subscriptions).toEqual(['svc.licensing.status']);
  });

  it('answers the next request after one that failed', async () => {
    await connected(broker.connection);
    freshText.mockRejectedValueOnce(new Error('no database')).mockResolvedValueOnce('{"status":"licensed"}');
    void broker.request();
    expect(await broker.request()).toBe('{"status":"licensed"}');
  });

  it('subscribes once for a connection that is lost and comes back', async () => {
    await connected(broker.connection);
    await connected(broker.connection);
    expect(broker.subscriptions).toHaveLength(1);
    const another = new FakeBroker();
    await connected(another.connection);
    expect(another.subscriptions).toHaveLength(1);
  });

  describe('when the broker does not read the answers', () => {
    const maxPerPeer = 64;
    let read: () => void;
    let answered: string[];

    const ask = async (info: string, count: number) => {
      for (let asked = 0; asked < count; asked += 1)
        void broker.request(info).then(() => answered.push(info));
      await new Promise(setImmediate);
    };

    beforeEach(async () => {
      answered = [];
      const isRead = new Promise<void>((resolve) => (read = resolve));
      broker = new FakeBroker(() => isRead);
      await connected(broker.connection);
      freshText.mockResolvedValue('{}');
    });

    it('answers only so many requests of a peer, and reports those that it drops', async () => {
      await ask(device('reg-1-1'), maxPerPeer + 2);
      expect(answered).toHaveLength(maxPerPeer);
      expect(noteDropped.mock.calls).toEqual([['reg-1-1'], ['reg-1-1']]);
    });

    it('answers another peer, and each connection of a shared user', async () => {
      await ask(device('reg-1-1'), maxPerPeer + 1);
      await ask(device('reg-1-2'), 1);
      await ask('{"user":"register","id":8}', maxPerPeer + 1);
      await ask('{"user":"register","id":9}', 1);
      expect(answered.filter((info) => info === device('reg-1-2'))).toHaveLength(1);
      expect(answered.filter((info) => info.includes('"id":9'))).toHaveLength(1);
      expect(noteDropped.mock.calls).toEqual([['reg-1-1'], ['register/8']]);
    });

    it('answers the peer again once they are read', async () => {
      await ask(device('reg-1-1'), maxPerPeer);
      read();
      await new Promise(setImmediate);
      await ask(device('reg-1-1'), 1);
      expect(answered).toHaveLength(maxPerPeer + 1);
      expect(noteDropped).not.toHaveBeenCalled();
    });

    it.each(['', 'null', '{', '7'])(
      'answers up to 1024 requests where the broker says %j of the sender',
      async (info) => {
        await ask(info, 1025);
        expect(answered).toHaveLength(1024);
        expect(noteDropped).not.toHaveBeenCalled();
      },
    );
  });
});
