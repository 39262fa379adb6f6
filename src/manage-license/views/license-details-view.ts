import { html, type Html, renderLabel } from '../html.js';
import type { LicensePage } from '../license-page.js';
import type { Texts } from '../texts.js';
import { renderCopyButton } from './copy-view.js';
import { renderInstant } from './instant-view.js';

/** Renders the fields of a license, except its status. */
export function renderLicenseDetails({ license, context }: LicensePage): Html {
  const { hub, token, connection } = license;
  const { texts } = context;
  const words = texts.license;
  const instant = (at: Date | null): Html => (at === null ? html`${texts.none}` : renderInstant(at, context));
  return html`<section class="card" aria-labelledby="details-title">
    <h2 id="details-title">${words.details}</h2>
    <dl class="fields">
      ${renderField(words.fields.serverId, renderServerId(license.serverId ?? '', texts))}
      ${renderField(words.fields.renewalDate, instant(license.renewalDate))}
      ${renderField(words.fields.features, license.features.length === 0 ? texts.none : license.features.join(', '))}
      ${renderField(words.fields.hubName, hub?.name ?? texts.none)}
      ${renderField(words.fields.hubUrl, hub?.url ?? texts.none)}
      ${renderField(words.fields.tokenExpiry, instant(token.expiresAt))}
    </dl>
    <dl class="fields minor">
      ${token.nextRefreshAt !== null && renderField(words.nextRefresh, instant(token.nextRefreshAt))}
      ${renderField(words.lastContact, connection.lastContactAt === null ? words.neverContacted : instant(connection.lastContactAt))}
    </dl>
  </section>`;
}

function renderServerId(serverId: string, texts: Texts): Html {
  const { label, serverId: name } = texts.copy;
  const copied = { text: serverId, elementId: 'server-id', label, name };
  return html`<code id="server-id">${serverId}</code> ${renderCopyButton(copied, texts)}`;
}

function renderField(label: string, value: Html | string): Html {
  return html`<div>
    <dt>${renderLabel(label)}</dt>
    <dd>${value}</dd>
  </div>`;
}
