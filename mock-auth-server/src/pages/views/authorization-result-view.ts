import type { Device, Organization } from '../../domain/model.js';
import { html } from '../html.js';
import type { RenderContext } from '../render-context.js';
import { renderMessage, renderPage } from './layout.js';

export interface AuthorizationResultView {
  csrfToken: string;
  organization: Organization;
  device: Device;
  decision: 'confirm' | 'deny';
  context: RenderContext;
}

export function renderAuthorizationResult(view: AuthorizationResultView): string {
  const { organization, device, csrfToken, context } = view;
  const { authorize, backTo } = context.texts;
  const isGranted = view.decision === 'confirm';
  const granted = authorize.grantedText(html`<strong>${device.name}</strong>`, organization.name);
  return renderPage(
    { title: isGranted ? authorize.granted : authorize.denied, csrfToken, context },
    html`${isGranted ? renderMessage('good', granted) : renderMessage('warning', authorize.deniedText)}
      <p class="actions">
        <a href="/organizations/${organization.id}" class="button outline">${backTo(organization.name)}</a>
      </p>`,
  );
}
