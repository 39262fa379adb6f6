import type { Device, Organization } from '../../domain/model.js';
import { html } from '../html.js';
import { renderCsrfField, renderFormActions, renderPage } from './layout.js';

export interface RevokeView {
  csrfToken: string;
  organization: Organization;
  device: Device;
}

export function renderRevoke(view: RevokeView): string {
  const path = `/organizations/${view.organization.id}`;
  return renderPage(
    { title: `Remove the authorization of ${view.device.name}?`, csrfToken: view.csrfToken },
    html`<p>
        The ${view.device.kind} <strong>${view.device.name}</strong> (<code>${view.device.id}</code>) of
        ${view.organization.name} loses its license permanently at its next refresh. To restore it, authorize
        the device again with a new user code. Its seat becomes free.
      </p>
      <form method="post" action="${path}/devices/${view.device.id}/revoke">
        ${renderCsrfField(view.csrfToken)} ${renderFormActions('Remove authorization', path, true)}
      </form>`,
  );
}
