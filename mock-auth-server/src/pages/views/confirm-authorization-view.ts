import type { Device, License, Organization } from '../../domain/model.js';
import type { Html } from '../html.js';
import { html } from '../html.js';
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
}

/** Renders the confirming prompt. Deny is next to Confirm and as prominent (RFC 8628 section 5.4). */
export function renderConfirmAuthorization(view: ConfirmAuthorizationView): string {
  const { device, organization } = view;
  return renderPage(
    { title: `Authorize ${device.name}?`, csrfToken: view.csrfToken },
    html`<section class="card">
      <p>This grants a license to the device that shows this User Code.</p>
      <div class="user-code">
        <p>User Code</p>
        <p><code>${view.userCode}</code></p>
      </div>
      ${view.deviceName !== null && renderAsker(view.deviceName)} ${renderGrant(view)}
      ${
        view.isAuthorizedAlready &&
        renderMessage(
          'warning',
          html`This device is already authorized. Confirm ends its old authorization, whose license tokens
          stay valid until they expire.`,
        )
      }
      <p>
        Confirm only if you see this User Code on the license page of that device. If somebody sent you the
        code, choose Deny.
      </p>
      <form method="post" action="/organizations/${organization.id}/authorize-device/confirm">
        ${renderCsrfField(view.csrfToken)}
        <input type="hidden" name="deviceId" value="${device.id}" />
        <input type="hidden" name="userCode" value="${view.userCode}" />
        <div class="actions decision">
          <button name="decision" value="confirm">Confirm</button>
          <button name="decision" value="deny">Deny</button>
        </div>
      </form>
    </section>`,
  );
}

/** Renders the name in its own direction of writing, so that it cannot reverse the text around it. */
function renderAsker(name: string): Html {
  return html`<p>The asking device calls itself <bdi>${name}</bdi>. This server cannot verify that name.</p>`;
}

function renderGrant({
  device,
  license,
  organization,
  renewalDate,
  hubName,
}: ConfirmAuthorizationView): Html {
  const fields: readonly (readonly [string, Html])[] = [
    ['Device', html`<strong>${device.name}</strong> (<code>${device.id}</code>), a ${device.kind}`],
    ['Organization', html`${organization.name} (<code>${organization.id}</code>)`],
    ['License', html`${license.name}`],
    ['Features', html`${license.features.join(', ')}`],
    ['License Renewal Date', html`${renewalDate ?? 'None'}`],
    ['Hub Server', html`${hubName ?? 'None'}`],
  ];
  return html`<dl class="fields">
    ${fields.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
