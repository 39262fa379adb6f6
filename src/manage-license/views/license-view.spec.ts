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
import { initialLicenseState, type LicenseState } from '../../domain/license-state.js';
import { licenseViewAt } from '../../domain/license-view.js';
import { collectWarnings } from '../collect-warnings.js';
import type { AuthorizationView, LicensePage } from '../license-page.js';
import { createReader } from '../render-context.js';
import { textsFor } from '../texts.js';
import { renderLicensePage } from './license-view.js';

const texts = textsFor('en');
const hostile = '"><script>alert(1)</script>';
const pending: AuthorizationView = {
  state: 'pending',
  refusal: null,
  userCode: 'WDJB-MJHT',
  linkWithCode: 'https://auth.example/device?user_code=WDJB-MJHT',
  expiresAt: shift(startAt, 600_000),
};

function buildPage(state: LicenseState, change: Partial<LicensePage> = {}, now = startAt): LicensePage {
  const page = {
    license: licenseViewAt(state, defaultPolicy, now),
    authorization: null,
    notice: null,
    previousServer: null,
    clocks: null,
    authorizationServerUrl: 'https://auth.example/',
    visitor: { name: 'Anna', csrfToken: 'token-of-the-session' },
    context: createReader('en', now),
    version: 'v1',
    ...change,
  };
  return { ...page, warnings: collectWarnings(page) };
}

const licensed = buildLicensedState();
/** Returns the text that a person sees on a page. */
const read = (page: LicensePage) =>
  renderLicensePage(page)
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

describe('renderLicensePage', () => {
  it('shows every field of a license with its label', () => {
    const text = read(buildPage(licensed));
    for (const label of Object.values(texts.license.fields)) expect(text).toContain(label);
    expect(text).toContain('Hub Server Name Head office Hub Server URL https://hub.example');
    // The page writes dates in the time zone of this machine, where it may be the day after.
    const renewalDate = storeTerms.renewalDate?.toLocaleDateString('en', { dateStyle: 'long' });
    expect(text).toMatch(new RegExp(`License Renewal Date ${renewalDate} .* \\( in 365 days \\)`));
  });

  it('shows the six steps word for word', () => {
    const text = read(buildPage(initialLicenseState));
    for (const step of Object.values(texts.acquire.steps)) {
      expect(text).toContain(step.replaceAll(/\*\*(\w[^*]*)\*\*/g, ' $1 ').replaceAll(/\s+/g, ' '));
    }
  });

  it('shows the user code exactly as the button copies it', () => {
    const html = renderLicensePage(buildPage(initialLicenseState, { authorization: pending }));
    expect(html).toContain('translate="no">WDJB-MJHT</code>');
    expect(html).toContain('data-copy="WDJB-MJHT"');
  });

  it('displays a long user code in groups, and copies it without them', () => {
    const authorization = { ...pending, userCode: 'WDJBMJHT' };
    const html = renderLicensePage(buildPage(initialLicenseState, { authorization }));
    expect(html).toContain('<span class="group">WDJB</span><span class="group">MJHT</span>');
    expect(html).toContain('data-copy="WDJBMJHT"');
  });

  it('does not show a user code that has ended', () => {
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
  ])('shows the actions for a license that is %s', (_status, days, label) => {
    const text = read(buildPage(licensed, {}, shift(startAt, days * dayMs)));
    expect(text).toContain(label);
    expect(text).toContain('Remove License');
  });

  const never = buildLicensedState(buildGrant({ terms: { renewalDate: null } }));
  const soon = buildLicensedState(buildGrant({ terms: { renewalDate: shift(startAt, 2 * dayMs) } }));
  it.each([
    ['licensed', licensed, 0, 'good', /Registers can sell until December 1, .* \(license token\)/],
    ['near its renewal date', soon, 1, 'warning', /Registers can sell until Nov.* \(license renewal date\)/],
    ['past its renewal date', soon, 2, 'bad', /Registers cannot sell since Nov.* \(license expired\)/],
    ['with an expiring token', never, 6, 'warning', /Registers can sell until December 1, /],
    [
      'with an expired token',
      never,
      8,
      'bad',
      /Registers cannot sell since December 1.* \(license token expired\)/,
    ],
    ['to be authorized again', { ...never, reauthorizationRequired: true }, 0, 'warning', /sell until/],
    ['unlicensed', initialLicenseState, 0, 'plain', /Registers cannot sell: this server has no license/],
    [
      'revoked',
      { ...licensed, license: null, reason: 'revoked' as const },
      0,
      'bad',
      /Registers cannot sell/,
    ],
  ])('shows whether registers can sell, for a server that is %s', (_when, state, days, tone, words) => {
    const page = buildPage(state, {}, shift(startAt, days * dayMs));
    expect(read(page)).toMatch(words);
    expect(renderLicensePage(page)).toContain(`<section class="status ${tone}">`);
  });

  const refusal = { code: 'access_denied', message: 'used up', at: startAt };
  const refused = { ...licensed, connection: { ...licensed.connection, lastError: refusal } };
  it.each([
    ['near its renewal date', licensed, 340, true],
    ['past its renewal date', licensed, 366, true],
    ['to be authorized again', { ...licensed, reauthorizationRequired: true }, 0, true],
    ['refused', refused, 0, true],
    ['with an expired token', never, 8, false],
  ])(
    'links to the Authorization server only in a warning that sends a person there: %s',
    (_when, state, days, hasLink) => {
      const html = renderLicensePage(buildPage(state, {}, shift(startAt, days * dayMs)));
      const [warning = ''] = /<section class="message[^]*?<\/section>/.exec(html) ?? [];
      expect(warning).not.toBe('');
      expect(warning.includes('href="https://auth.example/"')).toBe(hasLink);
    },
  );

  it('ticks off the steps before the user code, which stay visible, and shows no QR code without a link', () => {
    const page = buildPage(initialLicenseState, { authorization: { ...pending, linkWithCode: null } });
    const html = renderLicensePage(page);
    expect(html.match(/<li class="done">/g)).toHaveLength(4);
    expect(read(page)).toContain('(done)');
    expect(html).not.toContain('qr-code');
    expect(renderLicensePage(buildPage(initialLicenseState, { authorization: pending }))).toContain(
      'qr-code',
    );
  });

  it.each([
    [0, 100],
    [3.5, 50],
    [8, null],
  ])('shows the time that is left as a bar with a text: after %d of 7 days', (days, percent) => {
    const html = renderLicensePage(buildPage(never, {}, shift(startAt, days * dayMs)));
    const [, shown, label] =
      /<progress max="100" value="(\d+)" aria-label="([^"]+)"/.exec(html.replaceAll(/\s+/g, ' ')) ?? [];
    expect(shown).toBe(percent === null ? undefined : String(percent));
    expect(label).toBe(percent === null ? undefined : texts.standing.timeLeft(percent));
  });

  it('shows the version of the service in its footer', () => {
    expect(renderLicensePage(buildPage(licensed))).toMatch(/<footer [^]*POS licensing \d+\.\d+\.\d+/);
  });

  it('escapes every value from outside', () => {
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

  it('contains no inline script, style or handler, which the policy would block', () => {
    const html = renderLicensePage(buildPage(licensed, { authorization: pending }));
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
  });

  it('renders the same view identically', () => {
    expect(renderLicensePage(buildPage(licensed))).toBe(renderLicensePage(buildPage(licensed)));
  });
});
