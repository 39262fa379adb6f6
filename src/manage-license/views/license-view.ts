import { html, type Html, renderLabel } from '../html.js';
import { isAcquiring, type LicensePage, type Notice } from '../license-page.js';
import { renderAcquire } from './acquire-view.js';
import { renderAction, renderPage } from './layout.js';
import { renderLicenseDetails } from './license-details-view.js';
import { type MessageTone, renderMessage, renderOutcome, renderSign } from './message-view.js';
import { renderStanding } from './standing-view.js';
import { renderPhases } from './phases-view.js';
import { renderServerLink } from './server-link-view.js';
import { renderStandingBar } from './standing-bar-view.js';
import { renderDetail, renderWarnings } from './warnings-view.js';

const goodNotices: ReadonlySet<string> = new Set(['acquired', 'refreshed']);
const plainNotices: ReadonlySet<string> = new Set(['pending', 'cancelled']);

const statusTones = {
  unlicensed: 'plain',
  licensed: 'good',
  'requires-renewal': 'warning',
  expired: 'bad',
} as const satisfies Record<string, MessageTone>;

const tokenTones = {
  none: 'plain',
  valid: 'good',
  expiring: 'warning',
  expired: 'bad',
} as const satisfies Record<string, MessageTone>;

/** From the best to the worst. */
const toneOrder: readonly MessageTone[] = ['good', 'plain', 'warning', 'bad'];

/** Renders the Manage License page for every state of the license. */
export function renderLicensePage(page: LicensePage): string {
  const { visitor, version, context } = page;
  const live = { version, summary: summarize(page), isHeld: false };
  return renderPage(
    { title: context.texts.license.title, visitor, section: 'license', live, context: context },
    renderContent(page),
  );
}

/** Summarizes the page in one line, which a screen reader announces when it changes. */
export function summarize(page: LicensePage): string {
  const { license, authorization, warnings } = page;
  const { texts } = page.context;
  const ended =
    authorization !== null && authorization.state !== 'pending'
      ? [texts.authorizationEnded[authorization.state].title]
      : [];
  const titles = warnings.map(({ message }) => message.title);
  const { fields, statuses } = texts.license;
  return [`${fields.status}: ${statuses[license.status]}`, ...ended, ...titles].join('. ');
}

function renderContent(page: LicensePage): Html {
  const { license, notice } = page;
  const head = html`${notice && renderNotice(notice, page)}${renderStatus(page)}${renderEnd(page)}${renderWarnings(page)}`;
  const isCodeShown = page.authorization?.state === 'pending';
  if (license.status === 'unlicensed') return html`${head}${renderAcquire(page)}`;
  if (isCodeShown || isAcquiring(license)) {
    return html`${head}${renderAcquire(page)}${renderLicenseDetails(page)}${renderActions(page, false)}`;
  }
  // The buttons follow the warnings that explain them. Without warnings, the details come first.
  return page.warnings.length > 0
    ? html`${head}${renderActions(page, true)}${renderLicenseDetails(page)}`
    : html`${head}${renderLicenseDetails(page)}${renderActions(page, true)}`;
}

function renderNotice({ kind, detail }: Notice, page: LicensePage): Html {
  const { texts } = page.context;
  const tone = goodNotices.has(kind) ? 'good' : plainNotices.has(kind) ? 'plain' : 'warning';
  const more = html`${kind === 'acquired' && renderPhases(3, texts)}${kind === 'pending' && html`<p>${renderServerLink(page)}</p>`}${renderDetail(detail, texts)}`;
  return renderOutcome(tone, texts.notices[kind], more);
}

function renderStatus(page: LicensePage): Html {
  const { license, context } = page;
  const { status, token, renewalDate } = license;
  const ends = token.expiresAt && { renewalDate, tokenExpiresAt: token.expiresAt };
  const words = context.texts.license;
  const tone = toneOf(page);
  return html`<section class="status ${tone}">
    ${renderSign(tone)}
    <div>
      <p class="label">${renderLabel(words.fields.status)}</p>
      <p class="value">${renderLabel(words.statuses[status])}</p>
      <p class="standing">${renderStanding(license.standing, ends, context)}</p>
      ${renderStandingBar(license, context)}
    </div>
  </section>`;
}

/**
 * Returns the worst tone of license, token, grant and server: to a register, a license is of no use if its token has expired, or if
 * this server became another one.
 */
function toneOf({ license, previousServer }: LicensePage): MessageTone {
  const { status, token, reauthorizationRequired } = license;
  const tones: MessageTone[] = [
    isRevoked(license) ? 'bad' : 'good',
    reauthorizationRequired ? 'warning' : 'good',
    statusTones[status],
    tokenTones[token.status],
    previousServer === null ? 'good' : 'warning',
  ];
  return toneOrder.findLast((tone) => tones.includes(tone)) ?? 'plain';
}

function isRevoked({ status, reason }: LicensePage['license']): boolean {
  return status === 'unlicensed' && reason === 'revoked';
}

/** Renders why there is no license, or no longer a user code. */
function renderEnd(page: LicensePage): Html | null {
  const { license, authorization } = page;
  const { texts } = page.context;
  if (authorization !== null && authorization.state !== 'pending') {
    const { state, refusal } = authorization;
    return renderMessage('warning', texts.authorizationEnded[state], renderReason(refusal, page));
  }
  if (license.status !== 'unlicensed' || authorization !== null) return null;
  if (isRevoked(license)) return renderMessage('bad', texts.ended.revoked);
  return license.reason === 'removed' ? renderMessage('plain', texts.ended.removed) : null;
}

/** Renders why the Authorization server refused, and the way to the license there. */
function renderReason(refusal: string | null, page: LicensePage): Html | null {
  if (refusal === null) return null;
  const { reason } = page.context.texts.warnings;
  return html`<p>${reason} ${refusal}</p>
    <p>${renderServerLink(page)}</p>`;
}

function renderActions(page: LicensePage, canRefresh: boolean): Html {
  const { visitor, warnings } = page;
  const words = page.context.texts.license;
  const isPlain = warnings.length === 0;
  const label = isPlain ? words.refresh : words.checkAgain;
  return html`<div class="actions">
    ${canRefresh && renderAction(visitor, '/license/refresh', label, isPlain ? 'outline' : '')}
    <a href="/license/remove" role="button" class="outline danger">${words.remove}</a>
  </div>`;
}
