import type { Device, Organization } from '../../domain/model.js';
import { html } from '../html.js';
import { renderPage } from './layout.js';

export interface AuthorizationResultView {
  csrfToken: string;
  organization: Organization;
  device: Device;
  decision: 'confirm' | 'deny';
}

export function renderAuthorizationResult(view: AuthorizationResultView): string {
  const path = `/organizations/${view.organization.id}`;
  const isGranted = view.decision === 'confirm';
  return renderPage(
    { title: isGranted ? 'Device authorized' : 'Authorization denied', csrfToken: view.csrfToken },
    html`<p role="status">
        ${
          isGranted
            ? html`<strong>${view.device.name}</strong> of ${view.organization.name} is authorized. Back on
                its license page choose <strong>Complete Authorization</strong>.`
            : html`Nothing was granted. The user code is worth nothing any more.`
        }
      </p>
      <p><a href="${path}">Back to ${view.organization.name}</a></p>`,
  );
}
