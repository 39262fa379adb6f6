import type { Device, DeviceKind, License, Organization } from '../../domain/model.js';
import type { Html } from '../html.js';
import { html, renderLabel } from '../html.js';
import type { RenderContext } from '../render-context.js';
import type { Texts } from '../texts.js';
import { renderCsrfField, renderFault, renderFormActions, renderPage, renderPlace } from './layout.js';

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
  context: RenderContext;
}

export function renderDevice(view: DeviceView): string {
  const { draft, organization, deviceId, csrfToken, context } = view;
  const { texts } = context;
  const { labels, devices: words } = texts;
  const path = `/organizations/${organization.id}`;
  return renderPage(
    { title: deviceId === null ? words.create : words.titleOf(draft.name), csrfToken, context },
    html`<p class="place">
        ${renderPlace(texts.organization, organization)}${deviceId !== null && html` · ${texts.kinds[draft.kind]} <code>${deviceId}</code>`}
      </p>
      ${renderFault(view.fault)}
      <form method="post" action="${path}/devices${deviceId !== null && `/${deviceId}`}" class="card">
        ${renderCsrfField(csrfToken)}
        <label for="name">${renderLabel(labels.name)}</label>
        <input id="name" name="name" value="${draft.name}" maxlength="100" autocomplete="off" required />
        ${deviceId === null && renderKind(draft.kind, texts)}
        <label for="licenseId">${words.license}</label>
        <select id="licenseId" name="licenseId" required>
          ${view.licenses.map(({ id, name }) => renderOption(id, name, draft.licenseId))}
        </select>
        <label for="hubId">${renderLabel(labels.hubServer)}</label>
        <select id="hubId" name="hubId" aria-describedby="hub-hint">
          ${renderOption('', texts.none, draft.hubId)}
          ${view.hubs.map(({ id, name }) => renderOption(id, name, draft.hubId))}
        </select>
        <small id="hub-hint">${words.hubHint}</small>
        <label for="url">${words.url}</label>
        <input
          type="url"
          id="url"
          name="url"
          value="${draft.url}"
          placeholder="https://store.example"
          maxlength="500"
          aria-describedby="url-hint"
        />
        <small id="url-hint">${words.urlHint}</small>
        ${renderFormActions(deviceId === null ? texts.create : texts.save, path, texts)}
      </form>`,
  );
}

function renderKind(kind: DeviceKind, { devices, kinds }: Texts): Html {
  return html`<label for="kind">${devices.kind}</label>
    <select id="kind" name="kind" required>
      ${renderOption('server', kinds.server, kind)}${renderOption('register', kinds.register, kind)}
    </select>`;
}

export function renderOption(value: string, label: string, selected: string): Html {
  return html`<option value="${value}" ${value === selected && html` selected`}>${label}</option>`;
}
