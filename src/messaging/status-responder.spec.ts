import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import type { LicenseQuery } from '../licensing/license-query.js';
import type { FloodGuard } from './flood-guard.js';
import type { RequestLink } from './request-link.js';
import { StatusResponder } from './status-responder.js';

type Listener = (connection: NatsConnection) => Promise<void>;

interface Request {
  readonly headers: MsgHdrs;
  respond(answer: string): void;
}

/** Delivers the requests of a test to the responder. */
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

  /** @param info describes the sender, as the broker adds it */
  request(info = ''): Promise<string> {
    const sent = headers();
    sent.set('Nats-Request-Info', info);
    return new Promise((respond) => this.deliver(null, { headers: sent, respond }));
  }
}

/** Returns the broker's description of an admitted device. */
const device = (user: string) => JSON.stringify({ user, id: 7, issuer_key: 'REG' });

describe('StatusResponder', () => {
  const freshText = vi.fn();
  const countDropped = vi.fn();
  let broker: FakeBroker;
  let connected: Listener;

  beforeEach(() => {
    Logger.overrideLogger(false);
    broker = new FakeBroker();
    freshText.mockReset();
    countDropped.mockReset();
    const link = { onConnected: (listener: Listener) => (connected = listener) };
    new StatusResponder(
      link as unknown as RequestLink,
      { countDropped } as unknown as FloodGuard,
      { freshText } as unknown as LicenseQuery,
    ).onModuleInit();
  });

  afterEach(() => Logger.overrideLogger(['log', 'warn', 'error']));

  it('answers each request with the current license view', async () => {
    await connected(broker.connection);
    freshText.mockResolvedValueOnce('{"status":"licensed"}').mockResolvedValueOnce('{"status":"expired"}');
    expect(await broker.request()).toBe('{"status":"licensed"}');
    expect(await broker.request()).toBe('{"status":"expired"}');
    expect(broker.subscriptions).toEqual(['svc.licensing.status']);
  });

  it('answers the next request after one fails', async () => {
    await connected(broker.connection);
    freshText.mockRejectedValueOnce(new Error('no database')).mockResolvedValueOnce('{"status":"licensed"}');
    void broker.request();
    expect(await broker.request()).toBe('{"status":"licensed"}');
  });

  it('subscribes once for a connection that reconnects', async () => {
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

    it('limits the requests of a peer and reports those that it drops', async () => {
      await ask(device('reg-1-1'), maxPerPeer + 2);
      expect(answered).toHaveLength(maxPerPeer);
      expect(countDropped.mock.calls).toEqual([['reg-1-1'], ['reg-1-1']]);
    });

    it('limits another peer, and each connection of a shared user, separately', async () => {
      await ask(device('reg-1-1'), maxPerPeer + 1);
      await ask(device('reg-1-2'), 1);
      await ask('{"user":"register","id":8}', maxPerPeer + 1);
      await ask('{"user":"register","id":9}', 1);
      expect(answered.filter((info) => info === device('reg-1-2'))).toHaveLength(1);
      expect(answered.filter((info) => info.includes('"id":9'))).toHaveLength(1);
      expect(countDropped.mock.calls).toEqual([['reg-1-1']]);
    });

    it('answers the peer again once the broker has read its answers', async () => {
      await ask(device('reg-1-1'), maxPerPeer);
      read();
      await new Promise(setImmediate);
      await ask(device('reg-1-1'), 1);
      expect(answered).toHaveLength(maxPerPeer + 1);
      expect(countDropped).not.toHaveBeenCalled();
    });

    it.each(['', 'null', '{', '7'])(
      'answers up to 1024 requests if the broker describes the sender as %j',
      async (info) => {
        await ask(info, 1025);
        expect(answered).toHaveLength(1024);
        expect(countDropped).not.toHaveBeenCalled();
      },
    );
  });
});
