import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FloodGuard } from './flood-guard.js';
import { FloodWatch } from './flood-watch.js';
import type { PeerDisconnector } from './peer-disconnector.js';

describe('FloodWatch', () => {
  const refuse = vi.fn();
  let sent: Record<string, number>;
  let watch: FloodWatch;

  /** Answers for one broker, on which all peers are in the account of the registers. */
  async function* answerConnections(_subject: string, text: string) {
    const { acc } = JSON.parse(text) as { acc: string };
    const connections = Object.entries(sent).map(([user, messages], cid) => ({
      cid,
      in_msgs: messages,
      authorized_user: user,
    }));
    yield { json: () => ({ server: { id: 'N' }, data: { connections: acc === 'REG' ? connections : [] } }) };
  }

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    refuse.mockReset();
    sent = {};
    const connection = {
      requestMany: async (subject: string, text: string) => answerConnections(subject, text),
    };
    watch = new FloodWatch(
      { current: connection } as unknown as PeerDisconnector,
      { refuse } as unknown as FloodGuard,
    );
  });
  afterEach(() => vi.useRealTimers());

  async function advance(seconds: number, change: Record<string, number>): Promise<void> {
    vi.advanceTimersByTime(seconds * 1000);
    sent = { ...sent, ...change };
    await watch.checkNow();
  }

  it('refuses a peer that has sent more than 10,000 messages since the last check, and no other', async () => {
    await advance(1, { 'srv-store-1': 3, 'srv-store-2': 9 });
    await advance(1, { 'srv-store-1': 4, 'srv-store-2': 12_000 });
    expect(refuse.mock.calls).toEqual([['srv-store-2']]);
  });

  it('refuses a new connection that has sent more than 10,000 messages', async () => {
    await advance(1, { 'srv-store-2': 10_001 });
    expect(refuse).toHaveBeenCalledWith('srv-store-2');
  });

  it('permits 500 messages a second for any time, after a burst of 10,000, and refuses twice as many', async () => {
    for (let second = 1; second <= 100; second += 1) await advance(1, { steady: second * 500 + 9000 });
    expect(refuse).not.toHaveBeenCalled();
    for (let second = 1; second <= 100; second += 1) await advance(1, { steady: 59_000 + second * 1000 });
    expect(refuse).toHaveBeenCalledWith('steady');
  });
});
