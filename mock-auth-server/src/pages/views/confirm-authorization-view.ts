import type { Device, License, Organization } from '../../domain/model.js';
import { html } from '../html.js';
import { renderCsrfField, renderPage } from './layout.js';

export interface ConfirmAuthorizationView {
  csrfToken: string;
  organization: Organization;
  device: Device;
  license: License;
  /** As `XXXX-XXXX`. */
  userCode: string;
  renewalDate: string | null;
  hubName: string | null;
  isAuthorizedAlready: boolean;
}

/** Asks before anything is granted; Deny stands beside Confirm, as prominent (RFC 8628 section 5.4). */
export function renderConfirmAuthorization(view: ConfirmAuthorizationView): string {
  const { device, license, organization } = view;
  return renderPage(
    { title: `Authorize ${device.name}?`, csrfToken: view.csrfToken },
    html`<p>
        The device that shows the User Code <strong><code>${view.userCode}</code></strong> is granted a
        license:
      </p>
      <dl>
        <dt>Device</dt>
        <dd>${device.name} (<code>${device.id}</code>), a ${device.kind}</dd>
        <dt>Organization</dt>
        <dd>${organization.name} (<code>${organization.id}</code>)</dd>
        <dt>License</dt>
        <dd>${license.name}</dd>
        <dt>Features</dt>
        <dd>${license.features.join(', ')}</dd>
        <dt>License Renewal Date</dt>
        <dd>${view.renewalDate ?? 'None'}</dd>
        <dt>Hub Server</dt>
        <dd>${view.hubName ?? 'None'}</dd>
      </dl>
      ${
        view.isAuthorizedAlready &&
        html`<p role="note">This device is authorized already: confirming ends its old authorization.</p>`
      }
      <p>
        Confirm only if you see this User Code on the license page of that device. If somebody sent you the
        code, deny.
      </p>
      <form method="post" action="/organizations/${organization.id}/authorize-device/confirm">
        ${renderCsrfField(view.csrfToken)}
        <input type="hidden" name="deviceId" value="${device.id}" />
        <input type="hidden" name="userCode" value="${view.userCode}" />
        <p>
          <button name="decision" value="confirm">Confirm</button>
          <button name="decision" value="deny">Deny</button>
        </p>
      </form>`,
  );
}
