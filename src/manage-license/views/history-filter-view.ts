import { auditActions } from '../../domain/ports/license-store.js';
import { html, type Html } from '../html.js';
import type { HistoryPage } from './history-view.js';

type FilteredPage = Pick<HistoryPage, 'filter' | 'actors' | 'context'>;

/** Renders the choice of the entries that the history shows, which works without a script. */
export function renderHistoryFilter({ filter, actors, context }: FilteredPage): Html {
  const { filter: words, actions, system } = context.texts.history;
  const kinds = auditActions.map((action) => [action, actions[action]] as const);
  const people = actors.map((actor) => [actor, actor === 'system' ? system : actor] as const);
  const isFiltered = filter.action !== null || filter.actor !== null;
  return html`<form class="filter" method="get" action="/license/history" aria-label="${words.label}">
    ${renderChoice('kind', words.action, [['', words.everything], ...kinds], filter.action ?? '')}
    ${renderChoice('person', words.actor, [['', words.everybody], ...people], filter.actor ?? '')}
    <div class="actions">
      <button class="outline">${words.submit}</button>
      ${isFiltered && html`<a href="/license/history">${words.reset}</a>`}
    </div>
  </form>`;
}

function renderChoice(
  name: string,
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen: string,
): Html {
  return html`<div>
    <label for="${name}">${label}</label>
    <select id="${name}" name="${name}">
      ${options.map(
        ([value, text]) =>
          html`<option value="${value}" ${value === chosen && html`selected`}>${text}</option>`,
      )}
    </select>
  </div>`;
}
