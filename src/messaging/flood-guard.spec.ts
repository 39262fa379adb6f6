import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PeerPresence } from './peer-presence.js';
import { FloodGuard } from './flood-guard.js';
import type { PeerDisconnector } from './peer-disconnector.js';

describe('FloodGuard', () => {
  const endNamed = vi.fn();
  let names: string[];
  let guard: FloodGuard;

  const drop = (count: number) => {
    for (let dropped = 0; dropped < count; dropped += 1) guard.countDropped('reg-1-1');
  };

  beforeEach(() => {
    vi.useFakeTimers();
    Logger.overrideLogger(false);
    endNamed.mockReset();
    names = ['N/7', 'N/8'];
    guard = new FloodGuard(
      { connectionsOf: () => names } as unknown as PeerPresence,
      { endNamed } as unknown as PeerDisconnector,
    );
  });

  afterEach(() => {
    Logger.overrideLogger(['log', 'warn', 'error']);
    vi.useRealTimers();
  });

  it('tolerates a peer with 999 dropped requests in every second', () => {
    for (let second = 0; second < 5; second += 1) {
      drop(999);
      vi.advanceTimersByTime(1001);
    }
    expect(endNamed).not.toHaveBeenCalled();
    expect(guard.isRefused('reg-1-1')).toBe(false);
  });

  it('disconnects a peer after 1000 dropped requests in a second and refuses it for a minute', () => {
    drop(1000);
    expect(endNamed.mock.calls).toEqual([
      ['N/7', 'reg-1-1'],
      ['N/8', 'reg-1-1'],
    ]);
    expect(guard.isRefused('reg-1-1')).toBe(true);
    expect(guard.isRefused('reg-1-2')).toBe(false);
    vi.advanceTimersByTime(60_001);
    expect(guard.isRefused('reg-1-1')).toBe(false);
  });

  it('refuses a peer that has no connection at this moment', () => {
    names = [];
    guard.refuse('reg-1-1');
    expect(guard.isRefused('reg-1-1')).toBe(true);
  });
});
