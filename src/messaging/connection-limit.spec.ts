import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionLimit } from './connection-limit.js';
import type { PeerPresence } from './peer-presence.js';

describe('ConnectionLimit', () => {
  const established = new Map<string, string>();
  let isKnown = true;
  let limit: ConnectionLimit;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    established.clear();
    isKnown = true;
    const presence = {
      get present() {
        const counts = new Map<string, number>();
        for (const deviceId of established.values()) counts.set(deviceId, (counts.get(deviceId) ?? 0) + 1);
        return isKnown ? counts : null;
      },
      has: (name: string) => established.has(name),
    };
    limit = new ConnectionLimit(presence as unknown as PeerPresence);
  });
  afterEach(() => vi.useRealTimers());

  const admitMany = (deviceId: string, count: number) =>
    Array.from({ length: count }, (_, index) => limit.admit(deviceId, `${deviceId}/${index}`));

  it('admits 32 connections of a device at the same time, and does not limit another device', () => {
    expect(admitMany('reg-1', 33)).toEqual([...Array<boolean>(32).fill(true), false]);
    expect(limit.admit('reg-2', 'reg-2/0')).toBe(true);
  });

  it('counts established connections once, and admits another one when one has ended', () => {
    admitMany('reg-1', 32);
    for (let index = 0; index < 32; index += 1) established.set(`reg-1/${index}`, 'reg-1');
    expect(limit.admit('reg-1', 'reg-1/32')).toBe(false);
    vi.advanceTimersByTime(60_000);
    expect(limit.admit('reg-1', 'reg-1/32')).toBe(false);
    established.delete('reg-1/0');
    expect(limit.admit('reg-1', 'reg-1/32')).toBe(true);
    expect(limit.admit('reg-1', 'reg-1/33')).toBe(false);
  });

  it('forgets an admitted connection that the broker does not report', () => {
    admitMany('reg-1', 32);
    vi.advanceTimersByTime(2000);
    expect(limit.admit('reg-1', 'reg-1/32')).toBe(true);
  });

  it('admits every connection while the broker does not report them', () => {
    isKnown = false;
    expect(admitMany('reg-1', 100)).not.toContain(false);
  });
});
