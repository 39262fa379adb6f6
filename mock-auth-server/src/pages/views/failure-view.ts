import { html } from '../html.js';
import { renderFault, renderPage } from './layout.js';

export interface FailureView {
  title: string;
  reason: string;
}

export function renderFailure(view: FailureView): string {
  return renderPage(
    { title: view.title, csrfToken: null },
    html`${renderFault(view.reason)}
      <p class="actions"><a href="/organizations" class="button">Back to the organizations</a></p>`,
  );
}
