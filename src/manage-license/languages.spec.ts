// class-transformer needs it to read the types of members and does not load it itself.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import {
  buildGrant,
  buildLicensedState,
  buildToken,
  dayMs,
  defaultPolicy,
  shift,
  startAt,
  storeTerms,
} from '../../test/support/license-fixture.js';
import { findUntranslated, listPaths, toPseudoTexts } from '../../test/support/pseudo-locale.js';
import type { AdminTokenPlace } from '../admin/admin-token.js';
import { licenseStatuses, tokenStatuses } from '../domain/license-status.js';
import { initialLicenseState, type LicenseState } from '../domain/license-state.js';
import { licenseViewAt } from '../domain/license-view.js';
import { auditActions } from '../domain/ports/license-store.js';
import { standingAt } from '../domain/standing.js';
import { attentionReasons } from '../peer-registry/attention.js';
import type { PeerView } from '../peer-registry/list-peers.js';
import { buildTimelines } from './build-timelines.js';
import { describeAuditEntry } from './describe-audit-entry.js';
import { peerFilters } from './forms.js';
import { collectWarnings } from './collect-warnings.js';
import type { AuthorizationView, LicensePage } from './license-page.js';
import { createReader } from './render-context.js';
import { english, type NoticeKind, textsFor } from './texts.js';
import { vendorLabels } from './vendor-labels.js';
import { renderError } from './views/error-view.js';
import { renderHelp } from './views/help-view.js';
import { renderHistory } from './views/history-view.js';
import { renderLicensePage } from './views/license-view.js';
import { type LoginFault, renderLogin } from './views/login-view.js';
import { renderPeers } from './views/peers-view.js';
import { renderRemoval } from './views/removal-view.js';

const texts = toPseudoTexts(english);
const context = { ...createReader('en', startAt), texts };
const visitor = { name: 'ANNA', csrfToken: 'csrf' };
/** Names from the Authorization server and its messages, which no page translates. */
const data = [
  'Store 12',
  'Demo',
  'Head office',
  'https://hub.example',
  'xms',
  'A MESSAGE',
  'ANNA',
  'REGISTER',
  'English',
  'Espa&#241;ol',
];

/** Returns the words on a page that are not in its texts. */
const rest = (page: string): string[] => findUntranslated(page, data);

function buildPage(state: LicenseState, change: Partial<LicensePage> = {}, afterDays = 0): LicensePage {
  const now = shift(startAt, afterDays * dayMs);
  const page = {
    license: licenseViewAt(state, defaultPolicy, now),
    authorization: null,
    notice: null,
    previousServer: null,
    clocks: null,
    authorizationServerUrl: 'https://auth.example/',
    visitor,
    context: { ...context, now },
    version: 'v1',
    ...change,
  };
  return { ...page, warnings: collectWarnings(page) };
}

const licensed = buildLicensedState();
const endless = buildLicensedState(buildGrant({ terms: { renewalDate: null, hub: null, features: [] } }));
const shortLived = buildLicensedState(buildGrant({ token: buildToken({ lifeMs: 3_600_000 }) }));
const lastError = { code: 'some-code', message: 'A MESSAGE', at: startAt };
const withError: LicenseState = { ...licensed, connection: { ...licensed.connection, lastError } };
const offline: LicenseState = { ...licensed, connection: { ...withError.connection, offlineSince: startAt } };

const authorizationIn = (state: AuthorizationView['state']): Partial<LicensePage> => ({
  authorization: {
    state,
    refusal: 'A MESSAGE',
    userCode: 'WDJBMJHT',
    linkWithCode: 'https://auth.example/device?user_code=WDJBMJHT',
    expiresAt: shift(startAt, 600_000),
  },
});

const licensePages: readonly (readonly [name: string, page: LicensePage])[] = [
  ['unlicensed', buildPage(initialLicenseState)],
  ['unlicensed with an earlier identity', buildPage({ ...licensed, license: null })],
  ['removed', buildPage({ ...licensed, license: null, reason: 'removed' })],
  ['revoked', buildPage({ ...licensed, license: null, reason: 'revoked' })],
  ...(['pending', 'denied', 'expired', 'refused'] as const).map(
    (state) =>
      [`with a code that is ${state}`, buildPage(initialLicenseState, authorizationIn(state))] as const,
  ),
  ['licensed', buildPage(licensed)],
  ['licensed without a renewal date', buildPage(endless)],
  ['near the renewal date', buildPage(licensed, {}, 340)],
  ['past the renewal date', buildPage(licensed, {}, 366)],
  ['with an expiring token', buildPage(endless, {}, 6)],
  ['with an expired token', buildPage(endless, {}, 8)],
  ['with a token that lives an hour', buildPage(shortLived)],
  ['offline', buildPage(offline)],
  ['refused', buildPage(withError)],
  ['to be authorized again', buildPage({ ...withError, reauthorizationRequired: true })],
  ['another server', buildPage(licensed, { previousServer: { serverId: 'srv', serverName: 'Demo' } })],
  [
    'with a suspect clock',
    buildPage({ ...licensed, clockSuspect: true }, { clocks: { machineAt: startAt, trustedAt: startAt } }),
  ],
  ...(Object.keys(english.notices) as NoticeKind[]).map(
    (kind) =>
      [`with the notice ${kind}`, buildPage(licensed, { notice: { kind, detail: 'A MESSAGE' } })] as const,
  ),
];

function buildPeer(change: Partial<PeerView>): PeerView {
  const ends = { renewalDate: null, tokenExpiresAt: shift(startAt, dayMs) };
  return {
    deviceId: 'reg-1',
    name: 'REGISTER',
    kind: 'register',
    features: [],
    connected: true,
    lastSeenAt: startAt,
    tokenStatus: 'valid',
    tokenExpiresAt: ends.tokenExpiresAt,
    status: null,
    statusText: null,
    reason: null,
    renewalDate: null,
    sequence: null,
    statusAt: null,
    eventVersion: null,
    serviceVersion: '1.2.3',
    standing: standingAt(ends, startAt),
    attention: [],
    refusal: null,
    refusedAt: null,
    ...change,
  };
}

const allPeers: readonly PeerView[] = [
  buildPeer({ connected: null, attention: attentionReasons }),
  buildPeer({ kind: 'server', connected: false, tokenExpiresAt: null, standing: null }),
  ...licenseStatuses.map((status) => buildPeer({ kind: 'server', status })),
  ...tokenStatuses.map((tokenStatus) => buildPeer({ tokenStatus })),
  ...Object.keys(english.peers.refusals).map((refusal) => buildPeer({ attention: ['refused'], refusal })),
  buildPeer({ standing: { isLicensed: false, reason: 'expired', usableUntil: null, limitedBy: null } }),
  buildPeer({ standing: { isLicensed: false, reason: 'unlicensed', usableUntil: null, limitedBy: null } }),
];

const renderPeersPage = (peers: readonly PeerView[], total: number, change: object = {}): string =>
  renderPeers({
    list: { peers, nextAfter: 'r.reg-1', counts: { total, connected: null, attention: 1 } },
    filter: 'all',
    search: '',
    isFirst: false,
    serverName: null,
    brokerUrl: 'tls://broker.example',
    authorizationServerUrl: 'https://auth.example/',
    visitor,
    context,
    ...change,
  });

const timelinesOf = (renewalDate: Date | null) =>
  buildTimelines(buildGrant({ terms: { renewalDate } }).license, startAt, defaultPolicy, startAt);

/** Returns the controls that each step names. */
const boldOf = (steps: object) => Object.values(steps).map((step: string) => step.match(/\*\*.*?\*\*/g));

describe('the pages in a pseudo-locale', () => {
  it.each(licensePages)('have no text of their own on the license page: %s', (_name, page) => {
    expect(rest(renderLicensePage(page))).toEqual([]);
  });

  it('have no text of their own before a removal', () => {
    expect(rest(renderRemoval(buildPage(licensed)))).toEqual([]);
  });

  it.each(['wrong', 'slowed', 'refused', 'badName', 'takenName', 'ended'] satisfies LoginFault[])(
    'have no text of their own on the login page after the fault %s',
    (fault) => {
      const page = { fault, name: 'ANNA', context };
      const places: AdminTokenPlace[] = [
        { kind: 'file', path: '/data/initial-admin-token' },
        { kind: 'lost' },
        { kind: 'setting' },
      ];
      for (const tokenPlace of places) expect(rest(renderLogin({ ...page, tokenPlace }))).toEqual([]);
    },
  );

  it('have no text of their own on the help page', () => {
    expect(rest(renderHelp(visitor, context))).toEqual([]);
  });

  it('offer no language if a setting fixes it', () => {
    const look = { ...context.look, hasLanguages: false };
    expect(renderHelp(visitor, context)).toContain('name="language"');
    expect(renderHelp(visitor, { ...context, look })).not.toContain('name="language"');
  });

  it.each([400, 403, 404, 429, 500, 503])('have no text of their own for the error %d', (status) => {
    expect(rest(renderError(status, context))).toEqual([]);
  });

  it('have no text of their own in the list of servers and registers', () => {
    expect(rest(renderPeersPage(allPeers, allPeers.length))).toEqual([]);
    expect(rest(renderPeersPage([], 0))).toEqual([]);
    for (const filter of peerFilters) expect(rest(renderPeersPage([], 3, { filter }))).toEqual([]);
  });

  it('have no text of their own in the history', () => {
    const before = { status: 'licensed', features: ['xms'], clockSuspect: false, hubId: null };
    const after = {
      ...Object.fromEntries(Object.keys(english.history.changes).map((name) => [name, '1'])),
      status: 'expired',
      renewalDate: null,
      tokenExpiresAt: null,
      clockSuspect: true,
    };
    const reasons = [
      null,
      'renewed',
      'terms-changed',
      'server-changed',
      ...Object.keys(english.history.statusReasons),
    ];
    const lines = auditActions.flatMap((action) =>
      reasons.map((reason) =>
        describeAuditEntry(
          {
            id: 1,
            at: startAt,
            actor: 'system',
            address: '192.0.2.7',
            action,
            reason,
            before,
            after,
            hash: '',
          },
          context,
        ),
      ),
    );
    // The reason is a message of the service or the Authorization server.
    const shown = lines.map((line) => ({ ...line, why: 'A MESSAGE' }));
    const filter = { action: null, actor: 'ANNA' };
    const page = { lines: shown, filter, actors: ['ANNA'], isOlder: true, nextBefore: 1, visitor, context };
    expect(rest(renderHistory({ ...page, timelines: timelinesOf(storeTerms.renewalDate) }))).toEqual([]);
    expect(rest(renderHistory({ ...page, lines: [], timelines: timelinesOf(null) }))).toEqual([]);
  });

  it('would show a text that is written into a page', () => {
    const page = renderError(404, { ...context, texts: { ...texts, product: 'Hello' } });
    expect(rest(page)).not.toEqual([]);
  });
});

describe('the Spanish texts', () => {
  const spanish = textsFor('es-MX');

  it('exist for the same keys as the English ones', () => {
    expect(listPaths(spanish)).toEqual(listPaths(english));
  });

  it('keep the labels of the vendor in English', () => {
    const { title, fields, statuses, next, complete } = spanish.license;
    const { userCode } = spanish.acquire;
    expect({ title, fields, statuses, next, complete, userCode }).toEqual(vendorLabels);
    // Each step names the same controls of the Authorization server as the English one.
    expect(boldOf(spanish.acquire.steps)).toEqual(boldOf(english.acquire.steps));
  });
});
