import { html, type Html } from '../html.js';
import type { LicensePage, Warning } from '../license-page.js';
import type { Texts } from '../texts.js';
import { renderInstant } from './instant-view.js';
import { renderMessage } from './message-view.js';
import { renderServerLink } from './server-link-view.js';

export function renderWarnings(page: LicensePage): Html {
  return html`${page.warnings.map((warning) => renderWarning(warning, page))}`;
}

function renderWarning({ tone, message, instants, isForServer, detail }: Warning, page: LicensePage): Html {
  const { context } = page;
  const lines = instants.map(
    ({ label, at, isPast }) => html`<p>${label}: ${renderInstant(at, context, isPast)}</p>`,
  );
  const link = isForServer && html`<p>${renderServerLink(page)}</p>`;
  return renderMessage(tone, message, html`${lines}${link}${renderDetail(detail, context.texts)}`);
}

/** Renders technical details, collapsed, for the person who is called to help. */
export function renderDetail(detail: string | null, texts: Texts): Html | null {
  if (detail === null) return null;
  return html`<details>
    <summary>${texts.license.technical}</summary>
    <p>${detail}</p>
  </details>`;
}
