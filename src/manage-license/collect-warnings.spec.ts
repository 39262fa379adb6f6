import { describe, expect, it } from 'vitest';
import {
  buildGrant,
  buildLicensedState,
  buildToken,
  dayMs,
  defaultPolicy,
  shift,
  startAt,
} from '../../test/support/license-fixture.js';
import type { LicenseState, PreviousServer } from '../domain/license-state.js';
import { initialLicenseState } from '../domain/license-state.js';
import { type LicenseView, licenseViewAt } from '../domain/license-view.js';
import { collectWarnings } from './collect-warnings.js';
import type { Clocks } from './license-page.js';
import { textsFor } from './texts.js';

const texts = textsFor('en');
const licensed = buildLicensedState();
const lastError = { code: 'some-code', message: 'a technical reason', at: startAt };

const warningsOf = (
  license: LicenseView,
  change: { previousServer?: PreviousServer; clocks?: Clocks } = {},
) => collectWarnings({ license, previousServer: null, clocks: null, context: { texts }, ...change });

function titlesOf(state: LicenseState, afterDays = 0): string[] {
  const view = licenseViewAt(state, defaultPolicy, shift(startAt, afterDays * dayMs));
  return warningsOf(view).map(({ message }) => message.title);
}

describe('collectWarnings', () => {
  it('returns no warning for a healthy license or without a license', () => {
    expect(titlesOf(licensed)).toEqual([]);
    expect(titlesOf(initialLicenseState)).toEqual([]);
  });

  it.each([
    [6, 'The license token expires soon'],
    [7.1, 'The license token has expired'],
  ])('warns about the token after %d days: %s', (days, title) => {
    expect(titlesOf(licensed, days)).toEqual([title]);
  });

  it.each([
    [340, 'Renew the license'],
    [366, 'The license has expired'],
  ])('puts the warning about the renewal date first after %d days: %s', (days, title) => {
    expect(titlesOf(licensed, days)[0]).toBe(title);
  });

  it('warns that the Authorization server cannot be reached, with the beginning of the outage and the next try', () => {
    const nextAttemptAt = shift(startAt, 1000);
    const state: LicenseState = {
      ...licensed,
      connection: { online: false, offlineSince: startAt, lastContactAt: null, lastError },
      refresh: { ...licensed.refresh, nextAttemptAt },
    };
    const [warning] = warningsOf(licenseViewAt(state, defaultPolicy, startAt));
    expect(warning).toMatchObject({
      message: { title: 'The Authorization server cannot be reached' },
      instants: [{ at: startAt }, { at: nextAttemptAt }],
      detail: 'a technical reason',
    });
  });

  it('warns about a refusal, but not if the server must be authorized again', () => {
    const refused: LicenseState = { ...licensed, connection: { ...licensed.connection, lastError } };
    expect(titlesOf(refused)).toEqual(['The Authorization server did not refresh the license token']);
    expect(titlesOf({ ...refused, reauthorizationRequired: true })).toEqual([
      'This server must be authorized again',
    ]);
  });

  it.each([
    [dayMs, []],
    [dayMs - 1000, ['License tokens live less than 24 hours']],
  ])('warns of license tokens that live less than a day: %d ms', (lifeMs, titles) => {
    const state = buildLicensedState(buildGrant({ token: buildToken({ lifeMs }) }));
    expect(titlesOf(state)).toEqual(titles);
  });

  it('warns about a suspect clock', () => {
    expect(titlesOf({ ...licensed, clockSuspect: true })).toEqual([
      'The clock of this server seems to be wrong',
    ]);
  });

  it('names the server before, if the last acquisition changed it', () => {
    const previousServer = { serverId: 'srv-store-1', serverName: 'Store 1' };
    const [warning] = warningsOf(licenseViewAt(licensed, defaultPolicy, startAt), { previousServer });
    expect(warning?.message.text).toContain('choose **Store 1 (srv-store-1)**');
  });

  it('shows the time of this server and that of the Authorization server if they disagree', () => {
    const clocks = { machineAt: startAt, trustedAt: shift(startAt, dayMs) };
    const suspect = { ...licenseViewAt(licensed, defaultPolicy, startAt), clockSuspect: true };
    const instants = [{ at: clocks.machineAt }, { at: clocks.trustedAt }];
    expect(warningsOf(suspect, { clocks })).toMatchObject([{ instants }]);
  });
});
