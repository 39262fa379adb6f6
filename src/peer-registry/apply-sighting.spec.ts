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

const applyAll = (known: KnownPeer | null, observation: PeerSighting) =>
  applySighting(known, observation, defaultPolicy.tokenWarningsSeconds);

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
  if (event === null) throw new Error('This is no event of a store.');
  return { kind: 'told', deviceId: serverId, at, event };
}

const reportedStatus = (at: Date, data: object = {}, sequence = at.getTime()) =>
  reported('license.status', writeStatusEvent({ serverId, at, sequence, data: { ...data } }), at);

const known = applyAll(null, admitted(startAt));

describe('what is known of a peer', () => {
  it('begins with its token, which gives no cause for alarm before its end', () => {
    expect(known).toMatchObject({ name: 'Store 1', lastSeenAt: startAt, status: null, sequence: null });
    expect(known).toMatchObject({ tokenExpiresAt: expiresAt, tokenWarnsAt: expiresAt });
  });

  it('is the same object where nothing is new, and last seen is kept to the minute', () => {
    expect(applyAll(known, admitted(shift(startAt, minuteMs - 1)))).toBe(known);
    const later = shift(startAt, minuteMs);
    expect(applyAll(known, admitted(later))).toMatchObject({ lastSeenAt: later });
    expect(applyAll(known, { kind: 'present', deviceId: serverId, at: later })).toMatchObject({
      lastSeenAt: later,
    });
  });

  it('is nothing of a device that was only connected', () => {
    expect(applyAll(null, { kind: 'present', deviceId: serverId, at: startAt })).toBeNull();
  });

  it('is of the newest token, whichever comes last', () => {
    const newer = { tokenExpiresAt: shift(expiresAt, dayMs), name: 'Store One' };
    const next = applyAll(known, admitted(startAt, newer));
    expect(next).toMatchObject({ ...newer, tokenWarnsAt: newer.tokenExpiresAt });
    expect(applyAll(next, admitted(startAt, { name: 'Store One' }))).toBe(next);
  });

  it('is what a store tells, with its token expiring at the threshold of this server', () => {
    const at = shift(startAt, hourMs);
    expect(applyAll(known, reportedStatus(at))).toMatchObject({
      name: `Name of ${serverId}`,
      status: 'licensed',
      statusAt: at,
      lastSeenAt: at,
      sequence: at.getTime(),
      eventVersion: 1,
      tokenExpiresAt: shift(at, 7 * dayMs),
      // A quarter of its life is less than 48 hours.
      tokenWarnsAt: shift(at, 7 * dayMs - 42 * hourMs),
    });
  });

  it('says that a token is expiring from when the store says so', () => {
    const at = shift(startAt, hourMs);
    const token = { status: 'expiring', issuedAt: startAt, expiresAt, nextRefreshAt: null };
    expect(applyAll(known, reportedStatus(at, { token }))).toMatchObject({ tokenWarnsAt: at });
    const json = writeExpiringEvent({ serverId, at, expiresAt });
    expect(applyAll(known, reported('token.expiring', json, at))).toMatchObject({
      tokenWarnsAt: at,
      tokenExpiresAt: expiresAt,
      sequence: at.getTime(),
      status: null,
    });
  });

  it('has no token of a store that is not licensed', () => {
    const token = { status: 'none', issuedAt: null, expiresAt: null, nextRefreshAt: null };
    expect(applyAll(known, reportedStatus(startAt, { status: 'unlicensed', token }))).toMatchObject({
      status: 'unlicensed',
      tokenExpiresAt: null,
      tokenWarnsAt: null,
    });
  });

  it('does not go back to an older event, nor take one twice', () => {
    const next = applyAll(known, reportedStatus(startAt, {}, 7));
    expect(applyAll(next, reportedStatus(startAt, { status: 'expired' }, 7))).toBe(next);
    expect(applyAll(next, reportedStatus(startAt, { status: 'expired' }, 6))).toBe(next);
    expect(applyAll(next, reportedStatus(startAt, { status: 'expired' }, 8))).toMatchObject({
      status: 'expired',
    });
  });
});
