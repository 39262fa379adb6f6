import type { Device, DeviceKind, License, Organization } from '../../domain/model.js';
import type { Html } from '../html.js';
import { html } from '../html.js';
import { renderCsrfField, renderFault, renderPage } from './layout.js';

/** A device as a person types it. */
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
  /** Null: a new device. */
  deviceId: string | null;
  draft: DeviceDraft;
  licenses: readonly License[];
  /** The servers that it may connect to. */
  hubs: readonly Device[];
  fault: string | null;
}

export function renderDevice(view: DeviceView): string {
  const { draft, organization } = view;
  const path = `/organizations/${organization.id}`;
  const action = view.deviceId === null ? `${path}/devices` : `${path}/devices/${view.deviceId}`;
  const licenses = view.licenses.map(({ id, name }) => renderOption(id, name, draft.licenseId));
  const hubs = view.hubs.map(({ id, name }) => renderOption(id, name, draft.hubId));
  return renderPage(
    { title: view.deviceId === null ? 'Create a device' : `Device ${draft.name}`, csrfToken: view.csrfToken },
    html`<p>Organization <a href="${path}">${organization.name}</a></p>
      ${renderFault(view.fault)}
      <form method="post" action="${action}">
        ${renderCsrfField(view.csrfToken)}
        <p>
          <label>Name <input name="name" value="${draft.name}" maxlength="100" required /></label>
        </p>
        ${view.deviceId === null ? renderKind(draft.kind) : html`<p>Kind: ${draft.kind}, ID: <code>${view.deviceId}</code></p>`}
        <p>
          <label
            >License
            <select name="licenseId" required>
              ${licenses}
            </select></label
          >
        </p>
        <p>
          <label
            >Hub Server, the server that it connects to
            <select name="hubId">
              ${renderOption('', 'None', draft.hubId)}${hubs}
            </select></label
          >
        </p>
        <p>
          <label>URL, for servers <input type="url" name="url" value="${draft.url}" maxlength="500" /></label>
        </p>
        <p><button>${view.deviceId === null ? 'Create' : 'Save'}</button> <a href="${path}">Cancel</a></p>
      </form>`,
  );
}

function renderKind(kind: DeviceKind): Html {
  const options = [renderOption('server', 'Server', kind), renderOption('register', 'Register', kind)];
  return html`<p>
    <label
      >Kind
      <select name="kind" required>
        ${options}
      </select></label
    >
  </p>`;
}

export function renderOption(value: string, label: string, selected: string): Html {
  return html`<option value="${value}" ${value === selected && html` selected`}>${label}</option>`;
}
