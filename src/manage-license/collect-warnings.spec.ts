import { describe, expect, it } from 'vitest';
import {
  buildLicensedState,
  dayMs,
  defaultPolicy,
  shift,
  startAt,
} from '../../test/support/license-fixture.js';
import type { LicenseState } from '../domain/license-state.js';
import { initialLicenseState } from '../domain/license-state.js';
import { licenseViewAt } from '../domain/license-view.js';
import { collectWarnings } from './collect-warnings.js';

const licensed = buildLicensedState();
const lastError = { code: 'some-code', message: 'what the service noted', at: startAt };

function titlesOf(state: LicenseState, afterDays = 0): string[] {
  const view = licenseViewAt(state, defaultPolicy, shift(startAt, afterDays * dayMs));
  return collectWarnings(view).map(({ message }) => message.title);
}

describe('collectWarnings', () => {
  it('has nothing to say of a healthy license, nor of none', () => {
    expect(titlesOf(licensed)).toEqual([]);
    expect(titlesOf(initialLicenseState)).toEqual([]);
  });

  it.each([
    [6, 'The license token expires soon'],
    [7.1, 'The license token has expired'],
  ])('warns of the token after %d days', (days, title) => {
    expect(titlesOf(licensed, days)).toEqual([title]);
  });

  it.each([
    [340, 'Renew the license'],
    [366, 'The license has expired'],
  ])('warns of the renewal date after %d days, before all else', (days, title) => {
    expect(titlesOf(licensed, days)[0]).toBe(title);
  });

  it('tells since when the Authorization server cannot be reached, and when it is tried again', () => {
    const nextAttemptAt = shift(startAt, 1000);
    const state: LicenseState = {
      ...licensed,
      connection: { online: false, offlineSince: startAt, lastContactAt: null, lastError },
      refresh: { ...licensed.refresh, nextAttemptAt },
    };
    const [warning] = collectWarnings(licenseViewAt(state, defaultPolicy, startAt));
    expect(warning).toMatchObject({
      message: { title: 'The Authorization server cannot be reached' },
      instants: [{ at: startAt }, { at: nextAttemptAt }],
      detail: 'what the service noted',
    });
  });

  it('tells a refusal, but not beside the call for another authorization that follows from it', () => {
    const refused: LicenseState = { ...licensed, connection: { ...licensed.connection, lastError } };
    expect(titlesOf(refused)).toEqual(['The Authorization server did not refresh the license token']);
    expect(titlesOf({ ...refused, reauthorizationRequired: true })).toEqual([
      'This server must be authorized again',
    ]);
  });

  it('tells that the clock is suspect', () => {
    expect(titlesOf({ ...licensed, clockSuspect: true })).toEqual([
      'The clock of this server seems to be wrong',
    ]);
  });
});
