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
  clockAheadSince: null,
  reauthorizationRequired: false,
  refusal: null,
  refusedAt: null,
  sequence: 1,
  serviceVersion: '1.2.3',
  statusAt: startAt,
  eventVersion: 1,
};

/** Returns the reasons of a peer that is seen all the time. */
const at = (ms: number, change: Partial<KnownPeer> = {}) =>
  attentionOf({ ...healthy, lastSeenAt: shift(startAt, ms), ...change }, shift(startAt, ms));

describe('attentionOf', () => {
  it('returns nothing for a healthy peer', () => {
    expect(at(0)).toEqual([]);
    expect(at(5 * dayMs - 1)).toEqual([]);
  });

  it.each<[Partial<KnownPeer>, string]>([
    [{ status: 'unlicensed', tokenExpiresAt: null, tokenWarnsAt: null }, 'unlicensed'],
    [{ status: 'requires-renewal' }, 'requires-renewal'],
    [{ status: 'expired' }, 'license-expired'],
    [{ reauthorizationRequired: true }, 'reauthorization-required'],
    [{ clockSuspect: true }, 'clock-suspect'],
    [{ refusal: 'wrong-hub', refusedAt: startAt }, 'refused'],
    [{ clockAheadSince: startAt }, 'clock'],
  ])('returns a reason from the time at which the peer reports %o', (change, reason) => {
    expect(at(0, change)).toEqual([reason]);
    expect(needsAttentionFrom({ ...healthy, ...change })).toEqual(startAt);
  });

  it('returns a reason immediately if the clock of the peer is ahead', () => {
    expect(at(0, { status: 'expired', statusAt: shift(startAt, hourMs) })).toEqual(['license-expired']);
  });

  it('returns token-expiring, then token-expired, but not both', () => {
    expect(at(5 * dayMs)).toEqual(['token-expiring']);
    expect(at(7 * dayMs - 1)).toEqual(['token-expiring']);
    expect(at(7 * dayMs)).toEqual(['token-expired']);
  });

  it('returns offline after a day without the Authorization server', () => {
    expect(at(dayMs - 1, { offlineSince: startAt })).toEqual([]);
    expect(at(dayMs, { offlineSince: startAt })).toEqual(['offline']);
  });

  it('returns a reason for a server that is silent for a day, and for a register when its token ends', () => {
    const silent = { lastSeenAt: startAt };
    expect(at(dayMs - 1, silent)).toEqual([]);
    expect(at(dayMs, silent)).toEqual(['not-heard-of']);
    const tokenWarnsAt = healthy.tokenExpiresAt;
    const register = { ...silent, tokenWarnsAt, kind: 'register', status: null, statusAt: null } as const;
    expect(at(7 * dayMs - 1, register)).toEqual([]);
    expect(at(7 * dayMs, register)).toEqual(['token-expired']);
  });

  it('returns the gravest reason first', () => {
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
    ['with an expiring token', { tokenWarnsAt: shift(startAt, hourMs) }],
    ['a register', { kind: 'register' }],
  ])('returns a reason exactly from the predicted instant: %s', (_what, change) => {
    const peer = { ...healthy, ...change };
    const from = needsAttentionFrom(peer) ?? new Date(Number.NaN);
    expect(attentionOf(peer, shift(from, -1))).toEqual([]);
    expect(attentionOf(peer, from)).not.toEqual([]);
  });

  it('returns nothing for a register without a token', () => {
    const register: KnownPeer = { ...healthy, kind: 'register', tokenExpiresAt: null, tokenWarnsAt: null };
    expect(needsAttentionFrom(register)).toBeNull();
    expect(attentionOf(register, shift(startAt, 1000 * dayMs))).toEqual([]);
  });
});
