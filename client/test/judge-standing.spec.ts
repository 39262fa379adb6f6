import { describe, expect, it } from 'vitest';
import type { DeviceLicense } from '../src/index.js';
import { computeStanding } from '../src/compute-standing.js';
import { makeView, tokenUntil } from './support/make-event.js';
import { standingCases } from './support/standing-cases.js';

const NOW = new Date('2026-03-01T08:00:00.000Z');
const after = (ms: number): Date => new Date(NOW.getTime() + ms);

function deviceWith(changes: Partial<DeviceLicense> = {}): { license: DeviceLicense } {
  const license: DeviceLicense = {
    deviceId: 'reg-1-1',
    deviceName: 'Register 1',
    kind: 'register',
    organization: { id: 'fc-demo', name: 'Demo' },
    features: ['register'],
    renewalDate: null,
    hub: null,
    tokenIssuedAt: after(-60_000),
    tokenExpiresAt: after(60_000),
    keyThumbprint: null,
    ...changes,
  };
  return { license };
}

describe('the standing of a register', () => {
  it.each(standingCases)('is $reason if $when, as its server judges', (row) => {
    const end = row.tokenEndMs === null ? null : after(row.tokenEndMs).toISOString();
    const view = makeView({
      status: end === null ? 'unlicensed' : 'licensed',
      renewalDate: row.renewalMs === null ? null : after(row.renewalMs).toISOString(),
      ...tokenUntil(end),
    });
    expect(computeStanding(view, null, NOW)).toEqual({
      isLicensed: row.reason === 'licensed',
      reason: row.reason,
      usableUntil: row.usableMs === null ? null : after(row.usableMs),
    });
  });

  it.each([
    ['no event was received', null, 'nothing-heard'],
    ['the server is unlicensed', makeView({ status: 'unlicensed' }), 'unlicensed'],
    ['the license has expired', makeView({ status: 'expired' }), 'expired'],
    ['the renewal date is now', makeView({ renewalDate: NOW.toISOString() }), 'expired'],
    ['the token ended 1 ms ago', makeView(tokenUntil(after(-1).toISOString())), 'token-expired'],
    ['the server has no token', makeView(tokenUntil(null)), 'token-expired'],
  ])('is not licensed when %s', (_when, view, reason) => {
    expect(computeStanding(view, null, NOW)).toEqual({ isLicensed: false, reason, usableUntil: null });
  });

  it.each([
    ['it has no token', { license: null }, 'device-not-authorized'],
    ['its own license has ended', deviceWith({ renewalDate: NOW }), 'device-expired'],
    ['its own token ended 1 ms ago', deviceWith({ tokenExpiresAt: after(-1) }), 'device-token-expired'],
  ])('is not licensed at a licensed server when %s', (_when, device, reason) => {
    expect(computeStanding(makeView(), device, NOW)).toEqual({
      isLicensed: false,
      reason,
      usableUntil: null,
    });
  });

  it.each([
    ['the end of the token of the server', tokenUntil(after(5).toISOString()), deviceWith(), 5],
    ['the renewal date of the server', { renewalDate: after(7).toISOString() }, deviceWith(), 7],
    ['the end of its own token', {}, deviceWith({ tokenExpiresAt: after(3) }), 3],
    ['its own renewal date', {}, deviceWith({ renewalDate: after(2) }), 2],
  ])('is licensed until %s, if that is the earliest end', (_end, view, device, ms) => {
    const standing = computeStanding(makeView(view), device, NOW);
    expect(standing).toEqual({ isLicensed: true, reason: 'licensed', usableUntil: after(ms) });
  });
});
