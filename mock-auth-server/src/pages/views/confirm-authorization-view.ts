import type { Device, License, Organization } from '../../domain/model.js';
import type { Html } from '../html.js';
import { html, renderLabel } from '../html.js';
import type { RenderContext } from '../render-context.js';
import { renderInstant } from './instant-view.js';
import { renderCsrfField, renderMessage, renderPage } from './layout.js';

export interface ConfirmAuthorizationView {
  csrfToken: string;
  organization: Organization;
  device: Device;
  license: License;
  /** As `XXXX-XXXX`. */
  userCode: string;
  renewalDate: string | null;
  hubName: string | null;
  /** The name that the asking device gave itself; `null` if it gave none. */
  deviceName: string | null;
  isAuthorizedAlready: boolean;
  context: RenderContext;
}

/** Renders the confirming prompt. Deny is next to Confirm and as prominent (RFC 8628 section 5.4). */
export function renderConfirmAuthorization(view: ConfirmAuthorizationView): string {
  const { device, organization, context, csrfToken } = view;
  const { authorize, labels } = context.texts;
  return renderPage(
    { title: authorize.question(device.name), csrfToken, context },
    html`<section class="card">
      <p>${authorize.effect}</p>
      <div class="user-code">
        <p>${renderLabel(labels.userCode)}</p>
        <p><code translate="no">${view.userCode}</code></p>
      </div>
      ${view.deviceName !== null && html`<p>${authorize.asker(renderAsker(view.deviceName))}</p>`}
      ${renderGrant(view)} ${view.isAuthorizedAlready && renderMessage('warning', authorize.again)}
      <p>${authorize.advice}</p>
      <form method="post" action="/organizations/${organization.id}/authorize-device/confirm">
        ${renderCsrfField(csrfToken)}
        <input type="hidden" name="deviceId" value="${device.id}" />
        <input type="hidden" name="userCode" value="${view.userCode}" />
        <div class="actions decision">
          <button name="decision" value="confirm">${renderLabel(labels.confirm)}</button>
          <button name="decision" value="deny">${renderLabel(labels.deny)}</button>
        </div>
      </form>
    </section>`,
  );
}

/** Renders the name in its own direction of writing, so that it cannot reverse the text around it. */
function renderAsker(name: string): Html {
  return html`<bdi>${name}</bdi>`;
}

function renderGrant(view: ConfirmAuthorizationView): Html {
  const { device, license, organization, renewalDate, hubName, context } = view;
  const { labels, devices, kinds, none, ...texts } = context.texts;
  const end = renewalDate === null ? html`${none}` : renderInstant(renewalDate, context);
  const fields: readonly (readonly [string, Html])[] = [
    [labels.device, html`<strong>${device.name}</strong> (<code>${device.id}</code>)`],
    [devices.kind, html`${kinds[device.kind]}`],
    [texts.organization, html`${organization.name} (<code>${organization.id}</code>)`],
    [devices.license, html`${license.name}`],
    [labels.features, html`${license.features.join(', ')}`],
    [labels.licenseRenewalDate, end],
    [labels.hubServer, html`${hubName ?? none}`],
  ];
  return html`<dl class="fields">
    ${fields.map(
      ([name, value]) =>
        html`<div>
          <dt>${renderLabel(name)}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
