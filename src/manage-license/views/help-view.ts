import { emphasize, html, type Html } from '../html.js';
import type { RenderContext } from '../render-context.js';
import type { HelpSection } from '../help-texts.js';
import { renderPage, type Visitor } from './layout.js';

export function renderHelp(visitor: Visitor | null, context: RenderContext): string {
  const { title, introduction, sections } = context.texts.help;
  return renderPage(
    { title, visitor, context },
    html`<p class="lead">${introduction}</p>
      ${sections.map(renderSection)}`,
  );
}

function renderSection({ title, facts }: HelpSection): Html {
  return html`<section class="card">
    <h2>${title}</h2>
    <dl class="fields">
      ${facts.map(
        ([term, explanation]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${emphasize(explanation)}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}
