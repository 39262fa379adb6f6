import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildLicensedState,
  dayMs,
  defaultPolicy,
  freezeDeeply,
  hourMs,
  nameEvent,
  shift,
  startAt,
} from '../../test/support/license-fixture.js';
import { initialLicenseState } from './license-state.js';
import { dropLicense } from './remove-license.js';
import { licenseStatusAt } from './license-status.js';
import { applyTime } from './apply-time.js';
import { failRefresh } from './refresh-failure.js';
import { isRefreshDue } from './refresh-schedule.js';
import { quarantineRestoredLicense } from './quarantine-restored-license.js';

const policy = defaultPolicy;
const licensed = freezeDeeply(buildLicensedState());
const restoredAt = shift(startAt, 2 * dayMs);

describe('quarantineRestoredLicense', () => {
  it.each([true, false])(
    'changes nothing on a server that was never licensed (original gone: %s)',
    (isGone) => {
      expect(quarantineRestoredLicense(initialLicenseState, isGone, policy, restoredAt)).toEqual({
        state: initialLicenseState,
        events: [],
      });
    },
  );

  it.each([true, false])(
    'repeats that there is no license, because the original may have acquired one (gone: %s)',
    (isGone) => {
      const removed = dropLicense(licensed, policy, shift(startAt, hourMs)).state;
      const { state, events } = quarantineRestoredLicense(removed, isGone, policy, restoredAt);
      expect(state.license).toBeNull();
      expect(events.map(nameEvent)).toEqual(['removed']);
      expect(state.sequence).toBe(restoredAt.getTime());
    },
  );

  it('outranks the events of its original, even if a wrong clock has numbered both far ahead', () => {
    const copied = { ...licensed, sequence: shift(restoredAt, 200 * dayMs).getTime() };
    const original = dropLicense(copied, policy, shift(restoredAt, -hourMs)).state;
    const { state, events } = quarantineRestoredLicense(copied, false, policy, restoredAt);
    expect(events[0]?.sequence).toBeGreaterThan(original.sequence);
    // Restored from the same copy once more.
    const again = quarantineRestoredLicense(copied, false, policy, shift(restoredAt, hourMs));
    expect(again.events[0]?.sequence).toBeGreaterThan(dropLicense(state, policy, restoredAt).state.sequence);
  });

  it('keeps the license, never refreshes it and requires another authorization', () => {
    const { state, events } = quarantineRestoredLicense(licensed, false, policy, restoredAt);
    expect(state.license).toEqual(licensed.license);
    expect(state.reauthorizationRequired).toBe(true);
    expect(
      isRefreshDue(state.refresh.nextAttemptAt, policy.refreshIntervalMs, shift(restoredAt, dayMs)),
    ).toBe(false);
    expect(events.map(nameEvent)).toEqual(['reauthorization-required']);
  });

  it('ends the license when its token expires', () => {
    const { state } = quarantineRestoredLicense(licensed, false, policy, restoredAt);
    const ended = applyTime(state, policy, shift(startAt, 7 * dayMs + 1));
    expect(ended.state.license).toBeNull();
    expect(ended.events.map(nameEvent).at(-1)).toBe('revoked');
  });

  it('refreshes immediately if the original is gone and does not treat a dead grant as a revocation', () => {
    const { state } = quarantineRestoredLicense(licensed, true, policy, restoredAt);
    expect(isRefreshDue(state.refresh.nextAttemptAt, policy.refreshIntervalMs, restoredAt)).toBe(true);
    expect(state.reauthorizationRequired).toBe(false);
    const dead = { kind: 'grant-dead', code: 'invalid_grant', message: 'revoked' } as const;
    const failed = failRefresh(state, dead, policy, shift(restoredAt, 1), 0);
    expect(failed.state).toMatchObject({ license: licensed.license, reauthorizationRequired: true });
  });

  it('tries a dead grant immediately if the original is gone, and still requires another authorization', () => {
    const dead = { ...licensed, reauthorizationRequired: true };
    const { state, events } = quarantineRestoredLicense(dead, true, policy, restoredAt);
    expect(state).toMatchObject({ reauthorizationRequired: true, refresh: { nextAttemptAt: restoredAt } });
    expect(events.map(nameEvent)).toEqual(['reauthorization-required']);
  });

  it('ends the attempts with a dead grant whose license token has expired, unless the original is gone', () => {
    const { state: ended } = applyTime(
      { ...licensed, reauthorizationRequired: true },
      policy,
      shift(startAt, 7 * dayMs + 1),
    );
    expect(ended.refresh.nextAttemptAt).not.toBeNull();
    expect(quarantineRestoredLicense(ended, true, policy, restoredAt).state.refresh).toBe(ended.refresh);
    const { state, events } = quarantineRestoredLicense(ended, false, policy, restoredAt);
    expect(state.refresh.nextAttemptAt).toBeNull();
    expect(events.map(nameEvent)).toEqual(['revoked']);
  });

  it('emits the current status with a higher number than all before', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.integer({ min: -1000, max: 20_000 }), (isGone, hours) => {
        const now = shift(startAt, hours * hourMs);
        const { state, events } = quarantineRestoredLicense(licensed, isGone, policy, now);
        expect(state.reportedStatus).toBe(licenseStatusAt(licensed.license, policy.renewalWindowMs, now));
        const sequences = [licensed.sequence, ...events.map(({ sequence }) => sequence)];
        expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
        expect(state.sequence).toBe(sequences.at(-1));
        expect(state.sequence).toBeGreaterThanOrEqual(now.getTime());
      }),
    );
  });
});
