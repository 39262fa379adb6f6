import type { DeviceState } from '../../controls/describe-state.js';
import type { Organization } from '../../domain/model.js';
import { html } from '../html.js';
import { renderOption } from './device-view.js';
import { renderCsrfField, renderFault, renderPage } from './layout.js';

export interface AuthorizeDeviceView {
  csrfToken: string;
  organization: Organization;
  devices: readonly DeviceState[];
  draft: { deviceId: string; userCode: string };
  fault: string | null;
}

export function renderAuthorizeDevice(view: AuthorizeDeviceView): string {
  const path = `/organizations/${view.organization.id}`;
  const options = view.devices.map(({ id, name, kind, authorized }) => {
    const label = `${name} (${kind}, ${id})${authorized ? ' – authorized already' : ''}`;
    return renderOption(id, label, view.draft.deviceId);
  });
  return renderPage(
    { title: 'Authorize Device', csrfToken: view.csrfToken },
    html`<p>Organization <a href="${path}">${view.organization.name}</a></p>
      ${renderFault(view.fault)}
      <form method="post" action="${path}/authorize-device">
        ${renderCsrfField(view.csrfToken)}
        <p>
          <label
            >Device
            <select name="deviceId" required>
              ${options}
            </select></label
          >
        </p>
        <p>
          <label
            >User Code
            <input
              name="userCode"
              value="${view.draft.userCode}"
              placeholder="XXXX-XXXX"
              maxlength="40"
              autocomplete="off"
              autocapitalize="characters"
              spellcheck="false"
              required
          /></label>
        </p>
        <p><button>Authorize</button> <a href="${path}">Cancel</a></p>
      </form>`,
  );
}
