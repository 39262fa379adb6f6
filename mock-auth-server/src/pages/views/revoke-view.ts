import type { Device, Organization } from '../../domain/model.js';
import { html } from '../html.js';
import type { RenderContext } from '../render-context.js';
import { renderCsrfField, renderFormActions, renderPage } from './layout.js';

export interface RevokeView {
  csrfToken: string;
  organization: Organization;
  device: Device;
  context: RenderContext;
}

export function renderRevoke({ organization, device, csrfToken, context }: RevokeView): string {
  const { texts } = context;
  const words = texts.devices;
  const path = `/organizations/${organization.id}`;
  const named = html`<strong>${device.name}</strong> (<code>${device.id}</code>)`;
  return renderPage(
    { title: words.removeTitle(device.name), csrfToken, context },
    html`<section class="card">
      <p>${words.removeEffect(named, organization.name)}</p>
      <form method="post" action="${path}/devices/${device.id}/revoke">
        ${renderCsrfField(csrfToken)} ${renderFormActions(words.remove, path, texts, true)}
      </form>
    </section>`,
  );
}
