import { html } from '../html.js';
import { type Message, texts } from '../texts.js';
import { renderPage } from './layout.js';

/** Renders why a page cannot be shown, and where to go on. */
export function renderError({ title, text }: Message): string {
  return renderPage(
    { title, visitor: null },
    html`<p>${text}</p>
      <p><a href="/" role="button">${texts.errors.back}</a></p>`,
  );
}
