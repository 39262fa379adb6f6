import { Logger } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Leadership } from '../coordination/leadership.js';
import type { Clock } from '../domain/ports/clock.js';
import type { LicenseStore } from '../domain/ports/license-store.js';
import type { NatsLink } from '../messaging/nats-link.js';
import type { CommittedEvent } from './committed-event.js';
import type { LicenseStream } from './license-stream.js';
import { OutboxRelay } from './outbox-relay.js';
import type { Outbox } from './outbox.js';

type Row = Pick<CommittedEvent, 'sequence' | 'subject' | 'body'> & { isPublished: boolean };

/** Simulates outbox, stream and link in memory, with faults on request. */
class Surroundings {
  rows: Row[] = [];
  inStream: Row[] = [];
  isLeader = true;
  readonly setAside = new Map<number, string>();
  link: { current: NatsConnection | null } = { current: {} as NatsConnection };
  /** Runs before each publication. */
  onPublish: () => void = () => undefined;
  onEnsure: () => void = () => undefined;
  ensured = 0;
  committed: () => void = () => undefined;
  connected: () => Promise<void> = () => Promise.resolve();

  readonly relay = new OutboxRelay(
    this.outbox() as Outbox,
    this.stream() as LicenseStream,
    Object.assign(this.link, {
      onConnected: (listener: () => Promise<void>) => (this.connected = listener),
    }) as unknown as NatsLink,
    { onCommit: (listener: () => void) => (this.committed = listener) } as unknown as LicenseStore,
    { isLeader: async () => this.isLeader } as Leadership,
    { now: () => new Date(0) } as Clock,
  );

  commit(...sequences: number[]): void {
    this.rows.push(
      ...sequences.map((sequence) => ({
        sequence,
        subject: 'license.status',
        body: '{}',
        isPublished: false,
      })),
    );
  }

  private outbox(): Partial<Outbox> {
    const find = (sequences: readonly number[]) =>
      this.rows.filter((row) => sequences.includes(row.sequence));
    const { setAside } = this;
    return {
      setAside,
      readUnpublished: async (limit) =>
        this.rows
          .filter((row) => !row.isPublished && !setAside.has(row.sequence))
          .slice(0, limit) as unknown as CommittedEvent[],
      markPublished: async (sequences) => find(sequences).forEach((row) => (row.isPublished = true)),
      markUnpublished: async (sequence) => find([sequence]).forEach((row) => (row.isPublished = false)),
      lastPublished: async (subject) =>
        (this.rows.findLast((row) => row.isPublished && row.subject === subject) ??
          null) as CommittedEvent | null,
    };
  }

  private stream(): Partial<LicenseStream> {
    return {
      ensure: async () => {
        this.ensured += 1;
        this.onEnsure();
      },
      contains: async (_connection, { subject, sequence }) =>
        this.inStream.some((row) => row.subject === subject && row.sequence >= sequence),
      publish: async (_connection, events) => {
        this.onPublish();
        this.inStream.push(...(events as unknown as Row[]));
        return events.length;
      },
    };
  }
}

describe('OutboxRelay', () => {
  let around: Surroundings;
  const lines: string[] = [];

  beforeEach(() => {
    lines.length = 0;
    vi.spyOn(Logger.prototype, 'debug').mockImplementation(() => undefined);
    for (const level of ['warn', 'log'] as const)
      vi.spyOn(Logger.prototype, level).mockImplementation((text: unknown) => void lines.push(String(text)));
    around = new Surroundings();
    around.relay.onModuleInit();
  });

  afterEach(() => void vi.restoreAllMocks());

  const published = () => around.inStream.map(({ sequence }) => sequence);

  it('publishes queued events in order and in batches', async () => {
    const sequences = Array.from({ length: 600 }, (_, index) => index + 1);
    around.commit(...sequences);
    await around.relay.drain();
    expect(published()).toEqual(sequences);
    await around.relay.drain();
    expect(published()).toHaveLength(600);
  });

  /** Commits an event that is larger than the broker accepts. */
  function commitLarge(sequence: number): void {
    vi.spyOn(Logger.prototype, 'error').mockImplementation((text: unknown) => void lines.push(String(text)));
    around.link.current = { info: { max_payload: 1024 } } as NatsConnection;
    around.commit(sequence);
    Object.assign(around.rows.at(-1) ?? {}, { body: 'x'.repeat(2000) });
  }

  async function raiseMaxPayload(): Promise<void> {
    around.link.current = { info: { max_payload: 4096 } } as NatsConnection;
    await around.connected();
  }

  it('sets aside an event that is larger than the broker accepts, and publishes it once the broker accepts it', async () => {
    around.commit(1);
    commitLarge(2);
    around.commit(3);
    Object.assign(around.rows[2] ?? {}, { subject: 'token.expiring' });
    await around.relay.drain();
    await around.relay.drain();
    expect(published()).toEqual([1, 3]);
    expect(lines).toEqual([
      'Event 2 (license.status, 2000 bytes) is set aside: the broker refuses messages of this size. Raise max_payload there.',
    ]);
    expect(around.setAside.size).toBe(1);
    await raiseMaxPayload();
    expect(published()).toEqual([1, 3, 2]);
  });

  it('never publishes an event that was set aside after a later one of its subject', async () => {
    commitLarge(1);
    await around.relay.drain();
    around.commit(2);
    await around.relay.drain();
    expect(around.setAside.size).toBe(0);
    await raiseMaxPayload();
    expect(published()).toEqual([2]);
  });

  it('publishes nothing without a connection or while another process leads', async () => {
    around.commit(1);
    around.isLeader = false;
    await around.relay.drain();
    around.isLeader = true;
    const { current } = around.link;
    around.link.current = null;
    await around.relay.drain();
    expect(published()).toEqual([]);
    around.link.current = current;
    await around.connected();
    expect(published()).toEqual([1]);
  });

  it('publishes events that are committed while it publishes', async () => {
    around.commit(1);
    around.onPublish = () => {
      around.onPublish = () => undefined;
      around.commit(2);
      around.committed();
    };
    await around.relay.drain();
    expect(published()).toEqual([1, 2]);
  });

  it('keeps events that cannot be published, and logs a fault once and its end once', async () => {
    around.commit(1, 2);
    around.onPublish = () => {
      throw new Error('timeout');
    };
    for (let tries = 0; tries < 3; tries += 1) await around.relay.drain();
    expect(lines).toEqual([
      'Publishing to the broker failed (timeout). The events stay queued and will be retried.',
    ]);
    around.onPublish = () => undefined;
    await around.relay.drain();
    expect(published()).toEqual([1, 2]);
    expect(lines.slice(1)).toEqual(['Publishing to the broker works again.']);
  });

  it('retries immediately if the connection returns while an attempt fails', async () => {
    around.commit(1);
    around.onPublish = () => {
      around.onPublish = () => undefined;
      void around.connected();
      throw new Error('connection lost');
    };
    await around.relay.drain();
    expect(published()).toEqual([1]);
  });

  it('publishes the last event again if the stream lost it, before the queued events', async () => {
    around.commit(1, 2);
    await around.relay.drain();
    around.inStream = [];
    around.commit(3);
    await around.connected();
    expect(published()).toEqual([2, 3]);
  });

  it('checks the stream only after a connection or a fault', async () => {
    await around.connected();
    around.commit(1);
    await around.relay.drain();
    expect(around.ensured).toBe(1);
    around.commit(2);
    around.onPublish = () => {
      throw new Error('timeout');
    };
    await around.relay.drain();
    around.onPublish = () => undefined;
    await around.relay.drain();
    expect(around.ensured).toBe(2);
    await around.connected();
    expect(around.ensured).toBe(3);
  });

  it('checks the stream again if a connection returns during the check', async () => {
    around.onEnsure = () => {
      around.onEnsure = () => undefined;
      void around.connected();
    };
    await around.relay.drain();
    expect(around.ensured).toBe(2);
  });
});
