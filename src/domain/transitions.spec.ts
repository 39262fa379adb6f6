import { describe, expect, it } from 'vitest';
import { type LicenseStatus, licenseStatuses } from './license-status.js';
import {
  assertTransition,
  InvalidTransitionError,
  type LicenseReason,
  licenseReasons,
  licenseTransitions,
} from './transitions.js';

const triples = licenseStatuses.flatMap((from) =>
  licenseStatuses.flatMap((to) => licenseReasons.map((reason) => ({ from, to, reason }))),
);
const isListed = (from: LicenseStatus, to: LicenseStatus, reason: LicenseReason) =>
  licenseTransitions[from][to]?.includes(reason) ?? false;
const listed = triples.filter(({ from, to, reason }) => isListed(from, to, reason));
const held = licenseStatuses.filter((status) => status !== 'unlicensed');

describe('the table of transitions', () => {
  it('contains every status and no other', () => {
    expect(Object.keys(licenseTransitions).toSorted()).toEqual([...licenseStatuses].toSorted());
  });

  it.each(licenseStatuses)('leads from %s to every status', (start) => {
    const reached = new Set<LicenseStatus>();
    const open: LicenseStatus[] = [start];
    for (let status = open.pop(); status !== undefined; status = open.pop()) {
      for (const { from, to } of listed) {
        if (from !== status || reached.has(to)) continue;
        reached.add(to);
        open.push(to);
      }
    }
    expect([...reached].toSorted()).toEqual([...licenseStatuses].toSorted());
  });

  it.each(licenseReasons)('uses the reason %s', (reason) => {
    expect(listed.some((transition) => transition.reason === reason)).toBe(true);
  });

  it('lists only known reasons, each once per pair of statuses', () => {
    for (const row of Object.values(licenseTransitions)) {
      for (const reasons of Object.values(row)) {
        expect(new Set(reasons).size).toBe(reasons.length);
        expect(licenseReasons).toEqual(expect.arrayContaining([...reasons]));
      }
    }
  });

  it('leaves "unlicensed" only by an acquisition or a late refresh, to any status of a license', () => {
    expect(listed.filter(({ from, to }) => from === 'unlicensed' && to !== 'unlicensed')).toEqual(
      held.flatMap((to) =>
        ['acquired', 'refreshed', 'server-changed'].map((reason) => ({ from: 'unlicensed', to, reason })),
      ),
    );
  });

  it('reaches "unlicensed" only by removal and revocation, which lead nowhere else', () => {
    const endings = listed.filter(
      ({ to, reason }) => to === 'unlicensed' || ['removed', 'revoked'].includes(reason),
    );
    expect(endings).toEqual(
      licenseStatuses.flatMap((from) =>
        ['removed', 'revoked'].map((reason) => ({ from, to: 'unlicensed', reason })),
      ),
    );
  });

  it.each(['refreshed', 'token-expired', 'clock-suspect', 'reauthorization-required'] as const)(
    'keeps any status at %s',
    (reason) => {
      const transitions = listed.filter(
        (transition) => transition.reason === reason && transition.from !== 'unlicensed',
      );
      expect(transitions).toEqual(held.map((status) => ({ from: status, to: status, reason })));
    },
  );

  it('reaches "expired" by time only from another status', () => {
    expect(listed.filter(({ reason }) => reason === 'expired')).toEqual([
      { from: 'licensed', to: 'expired', reason: 'expired' },
      { from: 'requires-renewal', to: 'expired', reason: 'expired' },
    ]);
  });

  it('lets time or a corrected clock lead from any status of a license to any other', () => {
    for (const from of held) {
      for (const to of held.filter((status) => status !== from)) {
        expect(isListed(from, to, to === 'expired' ? 'expired' : 'renewal-window')).toBe(true);
      }
    }
  });

  it('lets a license be renewed in place from "requires-renewal" and "expired"', () => {
    expect(isListed('requires-renewal', 'licensed', 'renewed')).toBe(true);
    expect(isListed('expired', 'licensed', 'renewed')).toBe(true);
    expect(isListed('expired', 'requires-renewal', 'renewed')).toBe(true);
  });
});

describe('assertTransition', () => {
  it.each(triples)('decides $from → $to by $reason according to the table', ({ from, to, reason }) => {
    const attempt = () => assertTransition(from, to, reason);
    if (isListed(from, to, reason)) expect(attempt).not.toThrow();
    else expect(attempt).toThrow(InvalidTransitionError);
  });

  it('throws an error that names the transition and has a stable code', () => {
    const refused = { from: 'unlicensed', to: 'licensed', reason: 'renewed' } as const;
    expect(() => assertTransition(refused.from, refused.to, refused.reason)).toThrow(
      expect.objectContaining({
        ...refused,
        name: 'InvalidTransitionError',
        code: 'invalid-transition',
        message: 'Invalid license transition from "unlicensed" to "licensed" with reason "renewed".',
      }),
    );
  });
});
