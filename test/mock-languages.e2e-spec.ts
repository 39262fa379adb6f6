import { describe, expect, it } from 'vitest';
import { html } from '../mock-auth-server/src/pages/html.js';
import { createRenderContext } from '../mock-auth-server/src/pages/render-context.js';
import { english, type FailureKind, textsFor } from '../mock-auth-server/src/pages/texts.js';
import { vendorLabels } from '../mock-auth-server/src/pages/vendor-labels.js';
import { renderAuthorizationResult } from '../mock-auth-server/src/pages/views/authorization-result-view.js';
import { renderAuthorizeDevice } from '../mock-auth-server/src/pages/views/authorize-device-view.js';
import { renderConfirmAuthorization } from '../mock-auth-server/src/pages/views/confirm-authorization-view.js';
import { renderDevice } from '../mock-auth-server/src/pages/views/device-view.js';
import { renderFailure } from '../mock-auth-server/src/pages/views/failure-view.js';
import { renderHelp } from '../mock-auth-server/src/pages/views/help-view.js';
import { renderLicense } from '../mock-auth-server/src/pages/views/license-view.js';
import { renderLogin } from '../mock-auth-server/src/pages/views/login-view.js';
import { renderOrganization } from '../mock-auth-server/src/pages/views/organization-view.js';
import { renderOrganizations } from '../mock-auth-server/src/pages/views/organizations-view.js';
import { renderRevoke } from '../mock-auth-server/src/pages/views/revoke-view.js';
import { findUntranslated, listPaths, toPseudoTexts } from './support/pseudo-locale.js';

const context = { ...createRenderContext('en'), texts: toPseudoTexts(english) };
const organization = { id: 'fc-demo', name: 'DEMO' };
const csrfToken = 'csrf';
const fault = context.texts.badName;
const at = new Date('2026-11-24T12:00:00Z');
const license = {
  id: 'lic-1',
  organizationId: 'fc-demo',
  name: 'LICENSE',
  count: 5,
  expiresOn: at,
  features: ['xms'],
  isActive: true,
};
const licenseRow = { ...license, used: 1, expiresOn: '2026-11-24T23:59:59Z', isExpired: true };
const device = {
  id: 'srv-1',
  organizationId: 'fc-demo',
  name: 'STORE',
  kind: 'server' as const,
  licenseId: 'lic-1',
  hubId: null,
  url: null,
};
const deviceRow = { ...device, authorized: true, licenseName: 'LICENSE', hubName: null, grant: null };
const authorized = { ...deviceRow, grant: { authorizedAt: at, familyKilledAt: null } };
const register = { ...deviceRow, kind: 'register' as const, grant: { authorizedAt: at, familyKilledAt: at } };
const frame = { csrfToken, organization, context };
/** Names of customers, and formats. No page translates them. */
const data = [
  'DEMO',
  'LICENSE',
  'STORE',
  'xms',
  'srv-1',
  'fc-example',
  'XXXX-XXXX',
  'https://store.example',
  'English',
  'Español',
];

const login = { next: '/organizations', email: '', loginEmail: 'a@b.example', context };
const emptyLicense = { name: '', count: '1', expiresOn: '', features: 'xms', isActive: true };
const emptyDevice = { name: '', kind: 'server' as const, licenseId: '', hubId: '', url: '' };
const organizations = {
  ...frame,
  organizations: [organization],
  userCode: '',
  draft: organization,
  fault: null,
};
const confirmation = {
  ...frame,
  device,
  license,
  userCode: 'BBBB-BBBB',
  renewalDate: null,
  hubName: null,
  deviceName: 'A NAME',
  isAuthorizedAlready: true,
};
const deviceForm = { ...frame, licenses: [license], hubs: [device], draft: emptyDevice, fault };

const pages: Readonly<Record<string, string>> = {
  login: renderLogin({ ...login, passwordPath: null, fault }),
  'login with a generated password': renderLogin({ ...login, passwordPath: '/data/password', fault: null }),
  help: renderHelp(context),
  organizations: renderOrganizations(organizations),
  'organizations for a code': renderOrganizations({ ...organizations, userCode: 'BBBB-BBBB' }),
  'no organization': renderOrganizations({ ...organizations, organizations: [], fault }),
  'an organization': renderOrganization({
    ...frame,
    licenses: [licenseRow, { ...licenseRow, isActive: false, isExpired: false, expiresOn: null }],
    devices: [deviceRow, authorized, register],
  }),
  'an empty organization': renderOrganization({ ...frame, licenses: [], devices: [] }),
  'an organization without devices': renderOrganization({ ...frame, licenses: [licenseRow], devices: [] }),
  'a new license': renderLicense({ ...frame, licenseId: null, draft: emptyLicense, fault }),
  'a license': renderLicense({ ...frame, licenseId: 'lic-1', draft: emptyLicense, fault: null }),
  'a new device': renderDevice({ ...deviceForm, deviceId: null }),
  'a device': renderDevice({ ...deviceForm, deviceId: 'srv-1' }),
  'a removal': renderRevoke({ ...frame, device }),
  'Authorize Device': renderAuthorizeDevice({
    ...frame,
    devices: [authorized],
    draft: { deviceId: 'srv-1', userCode: '' },
    fault,
  }),
  'Authorize Device without devices': renderAuthorizeDevice({
    ...frame,
    devices: [],
    draft: { deviceId: '', userCode: '' },
    fault: null,
  }),
  'the confirming prompt': renderConfirmAuthorization(confirmation),
  'the confirming prompt with a date': renderConfirmAuthorization({
    ...confirmation,
    renewalDate: '2027-11-24T23:59:59Z',
  }),
  'after Confirm': renderAuthorizationResult({ ...frame, device, decision: 'confirm' }),
  'after Deny': renderAuthorizationResult({ ...frame, device, decision: 'deny' }),
  ...Object.fromEntries(
    Object.keys(english.failures)
      .filter((kind): kind is FailureKind => kind !== 'back')
      .map((kind) => [`the failure ${kind}`, renderFailure(kind, context)]),
  ),
};

describe('the pages of the mock in a pseudo-locale', () => {
  it.each(Object.entries(pages))('show only words of the texts: %s', (_name, page) => {
    expect(findUntranslated(page, data)).toEqual([]);
  });

  it('would show a text that is written into a page', () => {
    const texts = { ...context.texts, mockNote: html`A mock` };
    expect(findUntranslated(renderHelp({ ...context, texts }), data)).not.toEqual([]);
  });
});

describe('the Spanish texts of the mock', () => {
  const spanish = textsFor('es');

  it('exist for the same keys as the English ones', () => {
    expect(listPaths(spanish)).toEqual(listPaths(english));
  });

  it('keep the labels of the vendor in English', () => {
    expect(spanish.labels).toEqual(vendorLabels);
  });
});
