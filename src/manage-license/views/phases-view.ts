import { html, type Html, renderLabel } from '../html.js';
import type { Texts } from '../texts.js';

const phases = ['code', 'confirm', 'licensed'] as const;

/** Renders the way to a license, of which the parts up to `doneCount` are ticked off. */
export function renderPhases(doneCount: 0 | 1 | 3, { acquire }: Texts): Html {
  const words = acquire.phases;
  return html`<ol class="phases" aria-label="${words.label}">
    ${phases.map((phase, index) => renderPhase(words[phase], index, doneCount, words.done))}
  </ol>`;
}

function renderPhase(text: string, index: number, doneCount: number, done: string): Html {
  if (index < doneCount) {
    return html`<li class="done">
      <span>${renderLabel(text)} <span class="for-readers">${done}</span></span>
    </li>`;
  }
  return html`<li ${index === doneCount && html`aria-current="step"`}><span>${renderLabel(text)}</span></li>`;
}
