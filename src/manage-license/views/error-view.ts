import { html } from '../html.js';
import type { RenderContext } from '../render-context.js';
import type { Message, Texts } from '../texts.js';
import { renderPage } from './layout.js';

/** Renders why the service cannot show a page, with a link to the license page. */
export function renderError(status: number, context: RenderContext): string {
  const { errors } = context.texts;
  const { title, text } = messageOf(status, errors);
  return renderPage(
    { title, visitor: null, isNarrow: true, context },
    html`<section class="card error">
      <p class="number" aria-hidden="true">${status}</p>
      <p>${text}</p>
      <p><a href="/" role="button">${errors.back}</a></p>
    </section>`,
  );
}

function messageOf(status: number, errors: Texts['errors']): Message {
  if (status === 403 || status === 404 || status === 429) return errors[status];
  return status < 500 ? errors[400] : errors[500];
}
