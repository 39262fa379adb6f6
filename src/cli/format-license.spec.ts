import { describe, expect, it } from 'vitest';
import {
  buildLicensedState,
  dayMs,
  defaultPolicy,
  shift,
  startAt,
} from '../../test/support/license-fixture.js';
import { initialLicenseState } from '../domain/license-state.js';
import { licenseViewAt } from '../domain/license-view.js';
import { formatLicense } from './format-license.js';

const view = (now: Date, state = buildLicensedState()) => licenseViewAt(state, defaultPolicy, now);

describe('formatLicense', () => {
  it('formats a license in two columns, with the labels of the Manage License page', () => {
    expect(formatLicense(view(startAt)).split('\n').slice(0, 9)).toEqual([
      'License Status        Licensed',
      'Registers             can sell until 2026-12-01T12:00:00.000Z (license token)',
      'Server ID             srv-store-12 (Store 12)',
      'Organization          fc-demo (Demo)',
      'License Renewal Date  2027-11-24T23:59:59.000Z',
      'Features              xms',
      'Hub Server Name       Head office',
      'Hub Server URL        https://hub.example',
      'Token Expiry          2026-12-01T12:00:00.000Z (valid)',
    ]);
  });

  it('formats a license from JSON the same way', () => {
    const license = view(startAt);
    expect(formatLicense(JSON.parse(JSON.stringify(license)) as typeof license)).toBe(formatLicense(license));
  });

  it.each([
    ['the token has expired', view(shift(startAt, 7 * dayMs + 1)), 'the license token has expired'],
    ['the license has expired', view(shift(startAt, 400 * dayMs)), 'the license has expired'],
    ['there is no license', view(startAt, initialLicenseState), 'this server has no license'],
  ])('says that registers cannot sell if %s', (_when, license, why) => {
    expect(formatLicense(license)).toMatch(new RegExp(`^Registers +cannot sell: ${why}$`, 'm'));
  });

  it('shows the version of the service', () => {
    expect(formatLicense(view(startAt))).toMatch(/^Service version +1\.2\.3$/m);
  });

  it('prints None for missing values', () => {
    const text = formatLicense(view(startAt, initialLicenseState));
    expect(text).toMatch(/^License Status +Not Licensed$/m);
    expect(text).toMatch(/^Token Expiry +None$/m);
  });

  it('lists what the user must do', () => {
    const text = formatLicense({ ...view(startAt), clockSuspect: true, reauthorizationRequired: true });
    expect(text).toMatch(/^Clock +suspect[^]*^To do +authorize this server again/m);
  });

  it('reports why the Authorization server does not answer', () => {
    const lastError = { code: 'x', message: 'No way there.', at: startAt };
    const connection = { online: false, offlineSince: startAt, lastContactAt: null, lastError };
    expect(formatLicense({ ...view(startAt), connection })).toMatch(
      /no answer since 2026-11-24.*: No way there\./,
    );
  });
});
