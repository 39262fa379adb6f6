import type { Device, DeviceKind, License, Organization } from '../../domain/model.js';
import type { Html } from '../html.js';
import { html } from '../html.js';
import { renderCsrfField, renderFault, renderFormActions, renderPage } from './layout.js';

/** The form fields of a device. */
export interface DeviceDraft {
  name: string;
  kind: DeviceKind;
  licenseId: string;
  hubId: string;
  url: string;
}

export interface DeviceView {
  csrfToken: string;
  organization: Organization;
  /** `null` for a new device. */
  deviceId: string | null;
  draft: DeviceDraft;
  licenses: readonly License[];
  /** The servers that the device may connect to. */
  hubs: readonly Device[];
  fault: string | null;
}

export function renderDevice(view: DeviceView): string {
  const { draft, organization, deviceId, csrfToken } = view;
  const path = `/organizations/${organization.id}`;
  return renderPage(
    { title: deviceId === null ? 'Create a device' : `Device ${draft.name}`, csrfToken },
    html`<p class="place">
        Organization
        <a href="${path}">${organization.name}</a
        >${deviceId !== null && html` · ${draft.kind} <code>${deviceId}</code>`}
      </p>
      ${renderFault(view.fault)}
      <form method="post" action="${path}/devices${deviceId !== null && `/${deviceId}`}" class="card">
        ${renderCsrfField(csrfToken)}
        <label for="name">Name</label>
        <input id="name" name="name" value="${draft.name}" maxlength="100" autocomplete="off" required />
        ${deviceId === null && renderKind(draft.kind)}
        <label for="licenseId">License</label>
        <select id="licenseId" name="licenseId" required>
          ${view.licenses.map(({ id, name }) => renderOption(id, name, draft.licenseId))}
        </select>
        <label for="hubId">Hub Server</label>
        <select id="hubId" name="hubId" aria-describedby="hub-hint">
          ${renderOption('', 'None', draft.hubId)}
          ${view.hubs.map(({ id, name }) => renderOption(id, name, draft.hubId))}
        </select>
        <small id="hub-hint">The server that this device connects to.</small>
        <label for="url">URL</label>
        <input
          type="url"
          id="url"
          name="url"
          value="${draft.url}"
          placeholder="https://store.example"
          maxlength="500"
          aria-describedby="url-hint"
        />
        <small id="url-hint">The address for its registers and store servers. Only for servers.</small>
        ${renderFormActions(deviceId === null ? 'Create' : 'Save', path)}
      </form>`,
  );
}

function renderKind(kind: DeviceKind): Html {
  return html`<label for="kind">Kind</label>
    <select id="kind" name="kind" required>
      ${renderOption('server', 'Server', kind)}${renderOption('register', 'Register', kind)}
    </select>`;
}

export function renderOption(value: string, label: string, selected: string): Html {
  return html`<option value="${value}" ${value === selected && html` selected`}>${label}</option>`;
}
