import { collectWarnings } from '../collect-warnings.js';
import { html, type Html } from '../html.js';
import { isAcquiring, type LicensePage, type Notice } from '../license-page.js';
import { texts } from '../texts.js';
import { renderAcquire } from './acquire-view.js';
import { renderAction, renderPage } from './layout.js';
import { renderLicenseDetails } from './license-details-view.js';
import { type MessageTone, renderMessage, renderOutcome } from './message-view.js';
import { renderDetail, renderWarnings } from './warnings-view.js';

const words = texts.license;
const goodNotices: ReadonlySet<string> = new Set(['acquired', 'refreshed']);
const plainNotices: ReadonlySet<string> = new Set(['pending', 'cancelled']);

const statusTones = {
  unlicensed: 'plain',
  licensed: 'good',
  'requires-renewal': 'warning',
  expired: 'bad',
} as const satisfies Record<string, MessageTone>;

/** Renders the Manage License page in whatever state the license is. */
export function renderLicensePage(page: LicensePage): string {
  const { visitor, version, reader } = page;
  const live = { version, summary: summarize(page), isHeld: false };
  return renderPage(
    { title: words.title, visitor, section: 'license', live, now: reader.now },
    renderContent(page),
  );
}

/** One line that says how things stand: what a screen reader tells when it changes. */
export function summarize({ license, authorization }: LicensePage): string {
  const ended =
    authorization !== null && authorization.state !== 'pending'
      ? [texts.authorizationEnded[authorization.state].title]
      : [];
  const warnings = collectWarnings(license).map(({ message }) => message.title);
  return [`${words.fields.status}: ${license.statusText}`, ...ended, ...warnings].join('. ');
}

function renderContent(page: LicensePage): Html {
  const { license, notice } = page;
  const head = html`${notice && renderNotice(notice)}${renderStatus(page)}${renderEnd(page)}${renderWarnings(page)}`;
  const isCodeShown = page.authorization?.state === 'pending';
  if (license.status === 'unlicensed') return html`${head}${renderAcquire(page)}`;
  if (isCodeShown || isAcquiring(license)) {
    return html`${head}${renderAcquire(page)}${renderLicenseDetails(page)}${renderActions(page, false)}`;
  }
  // What is to be done stands beside the reason to do it; where there is none, the details come first.
  return collectWarnings(license).length > 0
    ? html`${head}${renderActions(page, true)}${renderLicenseDetails(page)}`
    : html`${head}${renderLicenseDetails(page)}${renderActions(page, true)}`;
}

function renderNotice({ kind, detail }: Notice): Html {
  const tone = goodNotices.has(kind) ? 'good' : plainNotices.has(kind) ? 'plain' : 'warning';
  return renderOutcome(tone, texts.notices[kind], renderDetail(detail));
}

function renderStatus({ license }: LicensePage): Html {
  const { serverName, organization, status, statusText } = license;
  const place = [serverName, organization?.name].filter((name) => name !== undefined && name !== null);
  return html`<section class="status ${statusTones[status]}">
    <p class="label">${words.fields.status}</p>
    <p class="value">${statusText}</p>
    ${status !== 'unlicensed' && place.length > 0 && html`<p class="place">${place.join(' · ')}</p>`}
  </section>`;
}

/** Why there is no license, or no user code any more. */
function renderEnd({ license, authorization }: LicensePage): Html | null {
  if (authorization !== null && authorization.state !== 'pending') {
    const { state, refusal } = authorization;
    return renderMessage('warning', texts.authorizationEnded[state], renderReason(refusal));
  }
  if (license.status !== 'unlicensed' || authorization !== null) return null;
  if (license.reason === 'revoked') return renderMessage('warning', texts.ended.revoked);
  return license.reason === 'removed' ? renderMessage('plain', texts.ended.removed) : null;
}

function renderReason(refusal: string | null): Html | null {
  return refusal === null ? null : html`<p>${texts.warnings.reason} ${refusal}</p>`;
}

function renderActions({ license, visitor }: LicensePage, canRefresh: boolean): Html {
  const isPlain = collectWarnings(license).length === 0;
  const label = isPlain ? words.refresh : words.checkAgain;
  return html`<div class="actions">
    ${canRefresh && renderAction(visitor, '/license/refresh', label, isPlain ? 'outline' : '')}
    <a href="/license/remove" role="button" class="outline danger">${words.remove}</a>
  </div>`;
}
