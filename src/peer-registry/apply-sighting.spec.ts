import { describe, expect, it } from 'vitest';
import {
  dayMs,
  defaultPolicy,
  hourMs,
  minuteMs,
  shift,
  startAt,
} from '../../test/support/license-fixture.js';
import { writeExpiringEvent, writeStatusEvent } from '../../test/support/store-events.js';
import type { KnownPeer } from './peer-record.js';
import { type PeerSighting, applySighting } from './apply-sighting.js';
import { readStoreEvent } from './store-event.js';

const serverId = 'srv-store-1';
const expiresAt = shift(startAt, 7 * dayMs);

const apply = (known: KnownPeer | null, sighting: PeerSighting) =>
  applySighting(known, sighting, defaultPolicy.tokenWarningsSeconds);

function admitted(at: Date, change: object = {}): PeerSighting {
  const peer = {
    deviceId: serverId,
    kind: 'server',
    name: 'Store 1',
    features: ['xms'],
    tokenExpiresAt: expiresAt,
  } as const;
  return { kind: 'admitted', deviceId: serverId, at, peer: { ...peer, ...change } };
}

function reported(type: string, json: string, at: Date): PeerSighting {
  const event = readStoreEvent(`stores.${serverId}.${type}`, new TextEncoder().encode(json));
  if (event === null) throw new Error('Not a valid event of a store.');
  return { kind: 'published', deviceId: serverId, at, now: at, event };
}

const reportedStatus = (at: Date, data: object = {}, sequence = at.getTime()) =>
  reported('license.status', writeStatusEvent({ serverId, at, sequence, data: { ...data } }), at);

const known = apply(null, admitted(startAt));

describe('applySighting', () => {
  it('records a new peer with its token, which warns at its end', () => {
    expect(known).toMatchObject({ name: 'Store 1', lastSeenAt: startAt, status: null, sequence: null });
    expect(known).toMatchObject({ tokenExpiresAt: expiresAt, tokenWarnsAt: expiresAt });
  });

  it('returns the same object if nothing is new, and stores the last sighting to the minute', () => {
    expect(apply(known, admitted(shift(startAt, minuteMs - 1)))).toBe(known);
    const later = shift(startAt, minuteMs);
    expect(apply(known, admitted(later))).toMatchObject({ lastSeenAt: later });
    expect(apply(known, { kind: 'present', deviceId: serverId, at: later })).toMatchObject({
      lastSeenAt: later,
    });
  });

  it('records nothing of an unknown device that is only connected', () => {
    expect(apply(null, { kind: 'present', deviceId: serverId, at: startAt })).toBeNull();
  });

  it('keeps the newest token, even if an older one comes later', () => {
    const newer = { tokenExpiresAt: shift(expiresAt, dayMs), name: 'Store One' };
    const next = apply(known, admitted(startAt, newer));
    expect(next).toMatchObject({ ...newer, tokenWarnsAt: newer.tokenExpiresAt });
    expect(apply(next, admitted(startAt, { name: 'Store One' }))).toBe(next);
  });

  it('applies an event of a store, and warns of its token at the threshold of this server', () => {
    const at = shift(startAt, hourMs);
    expect(apply(known, reportedStatus(at))).toMatchObject({
      name: `Name of ${serverId}`,
      status: 'licensed',
      statusAt: at,
      lastSeenAt: at,
      sequence: at.getTime(),
      eventVersion: 1,
      serviceVersion: '1.2.3',
      tokenExpiresAt: shift(at, 7 * dayMs),
      // The threshold is a quarter of the token's life, which is less than 48 hours.
      tokenWarnsAt: shift(at, 7 * dayMs - 42 * hourMs),
    });
  });

  it('warns of a token from the time at which the store reports it as expiring', () => {
    const at = shift(startAt, hourMs);
    const token = { status: 'expiring', issuedAt: startAt, expiresAt, nextRefreshAt: null };
    expect(apply(known, reportedStatus(at, { token }))).toMatchObject({ tokenWarnsAt: at });
    const json = writeExpiringEvent({ serverId, at, expiresAt });
    expect(apply(known, reported('token.expiring', json, at))).toMatchObject({
      tokenWarnsAt: at,
      tokenExpiresAt: expiresAt,
      sequence: at.getTime(),
      status: null,
    });
  });

  it('records no token of an unlicensed store', () => {
    const token = { status: 'none', issuedAt: null, expiresAt: null, nextRefreshAt: null };
    expect(apply(known, reportedStatus(startAt, { status: 'unlicensed', token }))).toMatchObject({
      status: 'unlicensed',
      tokenExpiresAt: null,
      tokenWarnsAt: null,
    });
  });

  it('ignores older and repeated events', () => {
    const next = apply(known, reportedStatus(startAt, {}, 7));
    expect(apply(next, reportedStatus(startAt, { status: 'expired' }, 7))).toBe(next);
    expect(apply(next, reportedStatus(startAt, { status: 'expired' }, 6))).toBe(next);
    expect(apply(next, reportedStatus(startAt, { status: 'expired' }, 8))).toMatchObject({
      status: 'expired',
    });
  });

  it.each([startAt.getTime() + dayMs + minuteMs + 1, 9_007_199_254_740_991])(
    'ignores an event whose sequence %i is more than a day ahead, and applies the next good one',
    (sequence) => {
      const good = apply(known, reportedStatus(startAt));
      const ahead = apply(good, reportedStatus(startAt, { status: 'expired' }, sequence));
      expect(ahead).toEqual({ ...good, clockAheadSince: startAt });
      const later = shift(startAt, minuteMs);
      expect(apply(ahead, reportedStatus(later, {}, sequence))).toMatchObject({ clockAheadSince: startAt });
      expect(apply(ahead, reportedStatus(later, { status: 'expired' }))).toMatchObject({
        status: 'expired',
        sequence: later.getTime(),
        clockAheadSince: null,
      });
    },
  );

  it('applies an event whose sequence is a day ahead', () => {
    expect(apply(known, reportedStatus(startAt, {}, startAt.getTime() + dayMs))).toMatchObject({
      status: 'licensed',
      clockAheadSince: null,
    });
  });

  it('recovers a peer whose last sequence an older version stored far ahead', () => {
    const frozen = { ...apply(known, reportedStatus(startAt))!, sequence: 9_007_199_254_740_991 };
    const later = shift(startAt, minuteMs);
    expect(apply(frozen, reportedStatus(later))).toMatchObject({ sequence: later.getTime() });
  });
});
