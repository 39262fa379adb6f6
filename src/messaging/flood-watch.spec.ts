import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FloodGuard } from './flood-guard.js';
import { FloodWatch } from './flood-watch.js';
import type { PeerDisconnector } from './peer-disconnector.js';
import type { EndedConnection, PeerPresence } from './peer-presence.js';

/** A connection of one device; `since` is the second at which it began. */
interface Connection {
  readonly device: string;
  readonly sent: number;
  readonly since: number;
  readonly isShared?: boolean;
}

const timeOf = (at: number) => new Date(at * 1000).toISOString();

describe('FloodWatch', () => {
  const refuse = vi.fn();
  let second: number;
  let connections: Record<number, Connection>;
  let left: Subject<EndedConnection>;
  let watch: FloodWatch;

  /** Answers for one broker, on which all peers are in the account of the registers. */
  async function* answerConnections(_subject: string, text: string) {
    const { acc } = JSON.parse(text) as { acc: string };
    const listed = Object.entries(connections).map(([cid, { device, sent, since, isShared }]) => ({
      cid: Number(cid),
      in_msgs: sent,
      authorized_user: device,
      start: timeOf(since),
      ...(!isShared && { issuer_key: acc }),
    }));
    const data = { now: timeOf(second), connections: acc === 'REG' ? listed : [] };
    yield { json: () => ({ server: { id: 'N' }, data }) };
  }

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    refuse.mockReset();
    second = 1_000_000;
    connections = {};
    left = new Subject();
    const connection = {
      requestMany: async (subject: string, text: string) => answerConnections(subject, text),
    };
    watch = new FloodWatch(
      { current: connection } as unknown as PeerDisconnector,
      { left } as unknown as PeerPresence,
      { refuse } as unknown as FloodGuard,
    );
    watch.onModuleInit();
  });
  afterEach(() => vi.useRealTimers());

  /** Sets how many messages each device has sent over its only connection, which began now if it is new. */
  async function advance(seconds: number, sent: Record<string, number>): Promise<void> {
    pass(seconds);
    for (const [index, [device, messages]] of Object.entries(sent).entries())
      connections[index] = { since: second, ...connections[index], device, sent: messages };
    await watch.checkNow();
  }

  function pass(seconds: number): void {
    second += seconds;
    vi.advanceTimersByTime(seconds * 1000);
  }

  function endAfter6000(cid: number): void {
    const times = { startedAtMs: second * 1000, endedAtMs: second * 1000 + 100 };
    left.next({ name: `N/${cid}`, deviceId: 'reg-1-1', sent: 6000, ...times });
  }

  it('refuses a peer that has sent more than 10,000 messages since the last check, and no other', async () => {
    await advance(1, { 'srv-store-1': 3, 'srv-store-2': 9 });
    await advance(1, { 'srv-store-1': 4, 'srv-store-2': 12_000 });
    expect(refuse.mock.calls).toEqual([['srv-store-2']]);
  });

  it('refuses a new connection that has sent more than 10,000 messages', async () => {
    await advance(1, {});
    await advance(1, { 'srv-store-2': 10_001 });
    expect(refuse).toHaveBeenCalledWith('srv-store-2');
  });

  it('permits 500 messages a second for any time, after a burst of 10,000, and refuses twice as many', async () => {
    for (let count = 1; count <= 100; count += 1) await advance(1, { steady: count * 500 + 9000 });
    expect(refuse).not.toHaveBeenCalled();
    for (let count = 1; count <= 100; count += 1) await advance(1, { steady: 59_000 + count * 1000 });
    expect(refuse).toHaveBeenCalledWith('steady');
  });

  it('adds up what a device sends over several connections', async () => {
    await advance(1, {});
    connections = Object.fromEntries(
      [0, 1, 2, 3].map((cid) => [cid, { device: 'reg-1-1', sent: 3000, since: second }]),
    );
    await advance(1, {});
    expect(refuse).toHaveBeenCalledWith('reg-1-1');
  });

  it('counts connections that end between two checks', async () => {
    await advance(1, {});
    endAfter6000(1);
    expect(refuse).not.toHaveBeenCalled();
    endAfter6000(2);
    expect(refuse).toHaveBeenCalledWith('reg-1-1');
  });

  it('does not hold against a peer what it sent before this process started, or slowly in a long time', async () => {
    connections = { 1: { device: 'reg-1-1', sent: 9_000_000, since: second - 86_400 } };
    await advance(1, {});
    connections = {};
    const startedAtMs = second * 1000;
    pass(86_400);
    left.next({ name: 'N/2', deviceId: 'reg-1-2', sent: 86_400, startedAtMs, endedAtMs: second * 1000 });
    expect(refuse).not.toHaveBeenCalled();
  });

  it('does not refuse the shared user of the registers, whose flooding device is unknown', async () => {
    await advance(1, {});
    connections = { 1: { device: 'register', sent: 90_000, since: second, isShared: true } };
    await advance(1, {});
    expect(refuse).not.toHaveBeenCalled();
  });
});
