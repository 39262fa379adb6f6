import { html } from '../html.js';
import type { RenderContext } from '../render-context.js';
import type { FailureKind } from '../texts.js';
import { renderFault, renderPage } from './layout.js';

export function renderFailure(kind: FailureKind, context: RenderContext): string {
  const { failures } = context.texts;
  const { title, text } = failures[kind];
  return renderPage(
    { title, csrfToken: null, context },
    html`${renderFault(text)}
      <p class="actions"><a href="/organizations" class="button">${failures.back}</a></p>`,
  );
}
