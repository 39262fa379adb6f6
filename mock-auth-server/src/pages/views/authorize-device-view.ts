import type { DeviceState } from '../../controls/describe-state.js';
import type { Organization } from '../../domain/model.js';
import type { Html } from '../html.js';
import { html } from '../html.js';
import { renderOption } from './device-view.js';
import { renderCsrfField, renderFault, renderFormActions, renderMessage, renderPage } from './layout.js';

export interface AuthorizeDeviceView {
  csrfToken: string;
  organization: Organization;
  devices: readonly DeviceState[];
  draft: { deviceId: string; userCode: string };
  fault: string | null;
}

export function renderAuthorizeDevice(view: AuthorizeDeviceView): string {
  const { organization, csrfToken, devices } = view;
  const path = `/organizations/${organization.id}`;
  return renderPage(
    { title: 'Authorize Device', csrfToken },
    html`<p class="place">Organization <a href="${path}">${organization.name}</a></p>
      ${renderFault(view.fault)}
      ${devices.length === 0 ? renderNoDevices(organization, path) : renderForm(view, path)}`,
  );
}

function renderNoDevices({ name }: Organization, path: string): Html {
  return html`${renderMessage('plain', html`${name} has no device yet. Create a device first, then authorize it.`)}
    <p class="actions"><a href="${path}" class="button">Back to ${name}</a></p>`;
}

function renderForm({ csrfToken, devices, draft }: AuthorizeDeviceView, path: string): Html {
  const options = devices.map(({ id, name, kind, authorized }) => {
    const label = `${name} (${kind}, ${id})${authorized ? ' – already authorized' : ''}`;
    return renderOption(id, label, draft.deviceId);
  });
  return html`<form method="post" action="${path}/authorize-device" class="card">
    ${renderCsrfField(csrfToken)}
    <label for="deviceId">Device</label>
    <select id="deviceId" name="deviceId" required>
      ${options}
    </select>
    <label for="userCode">User Code</label>
    <input
      id="userCode"
      class="code"
      name="userCode"
      value="${draft.userCode}"
      placeholder="XXXX-XXXX"
      maxlength="40"
      autocomplete="off"
      autocapitalize="characters"
      spellcheck="false"
      aria-describedby="code-hint"
      required
    />
    <small id="code-hint">Choose Next on the license page to get it.</small>
    ${renderFormActions('Authorize', path)}
  </form>`;
}
