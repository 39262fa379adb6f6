import { html } from '../html.js';
import type { RenderContext } from '../render-context.js';
import { renderPage } from './layout.js';

export function renderHelp(context: RenderContext): string {
  const words = context.texts.help;
  return renderPage(
    { title: words.title, csrfToken: null, context },
    html`<p>${words.introduction}</p>
      <section class="card">
        <h2>${words.stepsTitle}</h2>
        <ol>
          ${words.steps.map((step) => html`<li>${step}</li>`)}
        </ol>
      </section>
      <p>${words.more}</p>
      <p class="actions"><a href="/organizations" class="button outline">${words.back}</a></p>`,
  );
}
