import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import type { LicenseReader } from '../licensing/license-reader.js';
import type { NatsLink } from './nats-link.js';
import { StatusResponder } from './status-responder.js';

type Listener = (connection: NatsConnection) => Promise<void>;

/** A broker that hands over the requests that a test makes. */
class FakeBroker {
  readonly subscriptions: string[] = [];
  private readonly waiting: ((answer: string) => void)[] = [];
  private wake: () => void = () => undefined;

  readonly connection = {
    subscribe: (subject: string) => {
      this.subscriptions.push(subject);
      return this.requests();
    },
  } as unknown as NatsConnection;

  request(): Promise<string> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.wake();
    });
  }

  private async *requests() {
    for (;;) {
      const respond = this.waiting.shift();
      if (respond === undefined) await new Promise<void>((resolve) => (this.wake = resolve));
      else yield { respond };
    }
  }
}

describe('StatusResponder', () => {
  const freshText = vi.fn();
  let broker: FakeBroker;
  let connected: Listener;

  beforeEach(() => {
    Logger.overrideLogger(false);
    broker = new FakeBroker();
    freshText.mockReset();
    const link = { onConnected: (listener: Listener) => (connected = listener) };
    new StatusResponder(
      link as unknown as NatsLink,
      { freshText } as unknown as LicenseReader,
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
});
