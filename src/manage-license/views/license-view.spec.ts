import { describe, expect, it } from 'vitest';
import {
  buildGrant,
  buildLicensedState,
  dayMs,
  defaultPolicy,
  shift,
  startAt,
  storeTerms,
} from '../../../test/support/license-fixture.js';
import { initialLicenseState, type LicenseState } from '../../licensing/domain/license-state.js';
import { licenseViewAt } from '../../licensing/domain/license-view.js';
import type { AuthorizationView, LicensePage } from '../license-page.js';
import { texts } from '../texts.js';
import { renderLicensePage } from './license-view.js';

const hostile = '"><script>alert(1)</script>';
const pending: AuthorizationView = {
  state: 'pending',
  refusal: null,
  userCode: 'WDJB-MJHT',
  expiresAt: shift(startAt, 600_000),
};

function buildPage(state: LicenseState, change: Partial<LicensePage> = {}, now = startAt): LicensePage {
  return {
    license: licenseViewAt(state, defaultPolicy, now),
    authorization: null,
    notice: null,
    authorizationServerUrl: 'https://auth.example/',
    visitor: { name: 'Anna', csrfToken: 'token-of-the-session' },
    reader: { locale: 'en', now },
    version: 'v1',
    ...change,
  };
}

const licensed = buildLicensedState();
/** What a person reads and chooses: tags and runs of white space do not count. */
const read = (page: LicensePage) =>
  renderLicensePage(page)
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

describe('renderLicensePage', () => {
  it('has every field of a license, by its name', () => {
    const text = read(buildPage(licensed));
    for (const label of Object.values(texts.license.fields)) expect(text).toContain(label);
    expect(text).toContain('Hub Server Name Head office Hub Server URL https://hub.example');
    // The page writes dates in the time zone of this machine, where it may be the day after.
    const renewalDate = storeTerms.renewalDate?.toLocaleDateString('en', { dateStyle: 'long' });
    expect(text).toMatch(new RegExp(`License Renewal Date ${renewalDate} .* \\( in 365 days \\)`));
  });

  it('has the six steps, word for word', () => {
    const text = read(buildPage(initialLicenseState));
    for (const step of texts.acquire.steps) {
      expect(text).toContain(step.replaceAll(/\*\*(\w[^*]*)\*\*/g, ' $1 ').replaceAll(/\s+/g, ' '));
    }
  });

  it('shows a user code in the very letters that are copied', () => {
    const html = renderLicensePage(buildPage(initialLicenseState, { authorization: pending }));
    expect(html).toContain('translate="no">WDJB-MJHT</code>');
    expect(html).toContain('data-copy="WDJB-MJHT"');
  });

  it('groups a code that comes in one piece, for the eye alone', () => {
    const authorization = { ...pending, userCode: 'WDJBMJHT' };
    const html = renderLicensePage(buildPage(initialLicenseState, { authorization }));
    expect(html).toContain('<span class="group">WDJB</span><span class="group">MJHT</span>');
    expect(html).toContain('data-copy="WDJBMJHT"');
  });

  it('does not show a user code that is over', () => {
    for (const state of ['denied', 'expired', 'refused'] as const) {
      const text = read(buildPage(initialLicenseState, { authorization: { ...pending, state } }));
      expect(text).not.toContain('WDJB');
      expect(text).toContain(texts.authorizationEnded[state].title);
    }
  });

  it.each([
    ['licensed', 0, 'Refresh now'],
    ['requires-renewal', 340, 'Check again'],
    ['expired', 366, 'Check again'],
  ])('offers for %s what there is to do', (_status, days, label) => {
    const text = read(buildPage(licensed, {}, shift(startAt, days * dayMs)));
    expect(text).toContain(label);
    expect(text).toContain('Remove License');
  });

  it('escapes whatever comes from elsewhere', () => {
    const state = buildLicensedState(
      buildGrant({
        identity: {
          serverId: hostile,
          serverName: hostile,
          organization: { id: hostile, name: hostile },
        },
        terms: { features: [hostile], hub: { id: hostile, name: hostile, url: hostile } },
      }),
    );
    const lastError = { code: hostile, message: hostile, at: startAt };
    const page = buildPage(
      { ...state, reauthorizationRequired: true, connection: { ...state.connection, lastError } },
      {
        authorization: { ...pending, userCode: hostile, refusal: hostile },
        notice: { kind: 'next-unreachable', detail: hostile },
        visitor: { name: hostile, csrfToken: hostile },
        authorizationServerUrl: hostile,
      },
    );
    expect(renderLicensePage(page)).not.toContain('<script>alert');
    expect(
      renderLicensePage({ ...page, authorization: { ...pending, state: 'refused', refusal: hostile } }),
    ).not.toContain('<script>alert');
  });

  it('has no inline script, style or handler, which the policy would block', () => {
    const html = renderLicensePage(buildPage(licensed, { authorization: pending }));
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
  });

  it('is the same for the same view', () => {
    expect(renderLicensePage(buildPage(licensed))).toBe(renderLicensePage(buildPage(licensed)));
  });
});
