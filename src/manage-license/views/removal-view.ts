import { html } from '../html.js';
import type { LicensePage } from '../license-page.js';
import { renderCsrfField, renderPage } from './layout.js';
import { summarize } from './license-view.js';

/** Renders the question before the license is removed, with the effects of the removal. */
export function renderRemoval(page: LicensePage): string {
  const { license, visitor, version, context } = page;
  const words = context.texts.removal;
  const name = license.serverName ?? license.serverId ?? '';
  const live = { version, summary: summarize(page), isHeld: true };
  return renderPage(
    { title: words.title, visitor, section: 'license', live, context: context },
    html`<section class="card">
      <h2>${words.question(name)}</h2>
      <ul>
        ${words.effects.map((effect) => html`<li>${effect}</li>`)}
      </ul>
      <form method="post" action="/license/remove" class="actions">
        ${renderCsrfField(visitor)}
        <a href="/" role="button" class="outline">${words.keep}</a>
        <button class="danger">${words.confirm}</button>
      </form>
    </section>`,
  );
}
