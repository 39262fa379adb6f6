import type { DeviceState } from '../../controls/describe-state.js';
import type { Organization } from '../../domain/model.js';
import type { Html } from '../html.js';
import { html, renderLabel } from '../html.js';
import type { RenderContext } from '../render-context.js';
import { renderOption } from './device-view.js';
import {
  renderCsrfField,
  renderFault,
  renderFormActions,
  renderMessage,
  renderPage,
  renderPlace,
} from './layout.js';

export interface AuthorizeDeviceView {
  csrfToken: string;
  organization: Organization;
  devices: readonly DeviceState[];
  draft: { deviceId: string; userCode: string };
  fault: Html | string | null;
  context: RenderContext;
}

export function renderAuthorizeDevice(view: AuthorizeDeviceView): string {
  const { organization, csrfToken, devices, context } = view;
  const { labels, organization: place } = context.texts;
  return renderPage(
    { title: labels.authorizeDevice, csrfToken, context },
    html`<p class="place">${renderPlace(place, organization)}</p>
      ${renderFault(view.fault)} ${devices.length === 0 ? renderNoDevices(view) : renderForm(view)}`,
  );
}

function renderNoDevices({ organization: { id, name }, context: { texts } }: AuthorizeDeviceView): Html {
  return html`${renderMessage('plain', texts.authorize.noDevices(name))}
    <p class="actions"><a href="/organizations/${id}" class="button">${texts.backTo(name)}</a></p>`;
}

function renderForm({ csrfToken, devices, draft, organization, context }: AuthorizeDeviceView): Html {
  const { texts } = context;
  const path = `/organizations/${organization.id}`;
  const options = devices.map(({ id, name, kind, authorized }) => {
    const label = `${name} (${texts.kinds[kind]}, ${id})`;
    const mark = authorized ? ` – ${texts.authorize.alreadyAuthorized}` : '';
    return renderOption(id, label + mark, draft.deviceId);
  });
  return html`<form method="post" action="${path}/authorize-device" class="card">
    ${renderCsrfField(csrfToken)}
    <label for="deviceId">${renderLabel(texts.labels.device)}</label>
    <select id="deviceId" name="deviceId" required>
      ${renderOption('', texts.authorize.chooseDevice, draft.deviceId)} ${options}
    </select>
    <label for="userCode">${renderLabel(texts.labels.userCode)}</label>
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
    <small id="code-hint">${texts.authorize.codeHint}</small>
    ${renderFormActions(texts.labels.authorize, path, texts)}
  </form>`;
}
