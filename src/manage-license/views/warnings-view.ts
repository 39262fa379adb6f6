import { collectWarnings, type Warning } from '../collect-warnings.js';
import { html, type Html } from '../html.js';
import type { LicensePage } from '../license-page.js';
import type { Reader } from '../reader.js';
import { texts } from '../texts.js';
import { renderInstant } from './instant-view.js';
import { renderMessage } from './message-view.js';

export function renderWarnings({ license, reader }: LicensePage): Html {
  const warnings = collectWarnings(license).map((warning) => renderWarning(warning, reader));
  return html`${warnings}`;
}

function renderWarning({ tone, message, instants, detail }: Warning, reader: Reader): Html {
  const lines = instants.map(({ label, at }) => html`<p>${label}: ${renderInstant(at, reader)}</p>`);
  return renderMessage(tone, message, html`${lines}${renderDetail(detail)}`);
}

/** Technical words, for whoever is called to help: out of the way of the plain ones. */
export function renderDetail(detail: string | null): Html | null {
  if (detail === null) return null;
  return html`<details>
    <summary>${texts.license.technical}</summary>
    <p>${detail}</p>
  </details>`;
}
