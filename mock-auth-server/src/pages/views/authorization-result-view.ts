import type { Device, Organization } from '../../domain/model.js';
import { html } from '../html.js';
import { renderMessage, renderPage } from './layout.js';

export interface AuthorizationResultView {
  csrfToken: string;
  organization: Organization;
  device: Device;
  decision: 'confirm' | 'deny';
}

export function renderAuthorizationResult(view: AuthorizationResultView): string {
  const { organization, device } = view;
  const isGranted = view.decision === 'confirm';
  return renderPage(
    { title: isGranted ? 'Device authorized' : 'Authorization denied', csrfToken: view.csrfToken },
    html`${
        isGranted
          ? renderMessage(
              'good',
              html`<strong>${device.name}</strong> of ${organization.name} is authorized. Back on its license
                page choose <strong>Complete Authorization</strong>.`,
            )
          : renderMessage('warning', html`Nothing was granted. The user code is no longer valid.`)
      }
      <p class="actions">
        <a href="/organizations/${organization.id}" class="button outline">Back to ${organization.name}</a>
      </p>`,
  );
}
