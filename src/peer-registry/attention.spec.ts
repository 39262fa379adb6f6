import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, shift, startAt } from '../../test/support/license-fixture.js';
import { attentionOf, needsAttentionFrom } from './attention.js';
import type { KnownPeer } from './peer-record.js';

const healthy: KnownPeer = {
  deviceId: 'srv-store-1',
  kind: 'server',
  name: 'Store 1',
  features: ['xms'],
  tokenWarnsAt: shift(startAt, 5 * dayMs),
  tokenExpiresAt: shift(startAt, 7 * dayMs),
  lastSeenAt: startAt,
  status: 'licensed',
  reason: 'refreshed',
  renewalDate: null,
  offlineSince: null,
  clockSuspect: false,
  reauthorizationRequired: false,
  sequence: 1,
  statusAt: startAt,
  eventVersion: 1,
};

/** Of a peer that is heard all the time. */
const at = (ms: number, change: Partial<KnownPeer> = {}) =>
  attentionOf({ ...healthy, lastSeenAt: shift(startAt, ms), ...change }, shift(startAt, ms));

describe('a peer', () => {
  it('needs no attention while all is well', () => {
    expect(at(0)).toEqual([]);
    expect(at(5 * dayMs - 1)).toEqual([]);
  });

  it.each<[Partial<KnownPeer>, string]>([
    [{ status: 'unlicensed', tokenExpiresAt: null, tokenWarnsAt: null }, 'unlicensed'],
    [{ status: 'requires-renewal' }, 'requires-renewal'],
    [{ status: 'expired' }, 'license-expired'],
    [{ reauthorizationRequired: true }, 'reauthorization-required'],
    [{ clockSuspect: true }, 'clock-suspect'],
  ])('needs attention from the moment at which it tells %o', (change, reason) => {
    expect(at(0, change)).toEqual([reason]);
    expect(needsAttentionFrom({ ...healthy, ...change })).toEqual(startAt);
  });

  it('needs it at once also if its clock is ahead of ours', () => {
    expect(at(0, { status: 'expired', statusAt: shift(startAt, hourMs) })).toEqual(['license-expired']);
  });

  it('has a token that is expiring, and then expired, but not both', () => {
    expect(at(5 * dayMs)).toEqual(['token-expiring']);
    expect(at(7 * dayMs - 1)).toEqual(['token-expiring']);
    expect(at(7 * dayMs)).toEqual(['token-expired']);
  });

  it('may be offline for a day', () => {
    expect(at(dayMs - 1, { offlineSince: startAt })).toEqual([]);
    expect(at(dayMs, { offlineSince: startAt })).toEqual(['offline']);
  });

  it('may be silent for a day if it is a server, and until its token ends if it is a register', () => {
    const silent = { lastSeenAt: startAt };
    expect(at(dayMs - 1, silent)).toEqual([]);
    expect(at(dayMs, silent)).toEqual(['not-heard-of']);
    const tokenWarnsAt = healthy.tokenExpiresAt;
    const register = { ...silent, tokenWarnsAt, kind: 'register', status: null, statusAt: null } as const;
    expect(at(7 * dayMs - 1, register)).toEqual([]);
    expect(at(7 * dayMs, register)).toEqual(['token-expired']);
  });

  it('has the gravest reason first', () => {
    const change = { clockSuspect: true, status: 'expired', offlineSince: startAt } as const;
    expect(at(7 * dayMs, { ...change, lastSeenAt: startAt })).toEqual([
      'license-expired',
      'token-expired',
      'not-heard-of',
      'offline',
      'clock-suspect',
    ]);
  });

  it.each<[string, Partial<KnownPeer>]>([
    ['silent', {}],
    ['offline', { offlineSince: shift(startAt, -hourMs) }],
    ['without time to lose', { tokenWarnsAt: shift(startAt, hourMs) }],
    ['a register', { kind: 'register' }],
  ])('needs attention exactly from the instant that is foretold: %s', (_what, change) => {
    const peer = { ...healthy, ...change };
    const from = needsAttentionFrom(peer) ?? new Date(Number.NaN);
    expect(attentionOf(peer, shift(from, -1))).toEqual([]);
    expect(attentionOf(peer, from)).not.toEqual([]);
  });

  it('never needs any if it has no token and is no server', () => {
    const register: KnownPeer = { ...healthy, kind: 'register', tokenExpiresAt: null, tokenWarnsAt: null };
    expect(needsAttentionFrom(register)).toBeNull();
    expect(attentionOf(register, shift(startAt, 1000 * dayMs))).toEqual([]);
  });
});
