import type { AuditLine } from '../describe-audit-entry.js';
import { html, type Html } from '../html.js';
import type { Timeline } from '../build-timelines.js';
import type { RenderContext } from '../render-context.js';
import { renderInstant } from './instant-view.js';
import { renderPage, type Visitor } from './layout.js';
import { renderTimeline } from './timeline-view.js';

export interface HistoryPage {
  /** Empty if there is no license, and on pages of older entries. */
  readonly timelines: readonly Timeline[];
  /** Newest first. */
  readonly lines: readonly AuditLine[];
  readonly isOlder: boolean;
  /** The entry before which the next older page begins; `null` if there is none. */
  readonly nextBefore: number | null;
  readonly visitor: Visitor;
  readonly context: RenderContext;
}

export function renderHistory(page: HistoryPage): string {
  const { lines, timelines, isOlder, nextBefore, visitor, context } = page;
  const words = context.texts.history;
  return renderPage(
    { title: words.title, visitor, section: 'history', context: context },
    html`${timelines.length > 0 && renderTimelines(timelines, context)}
      <section class="card">
        <h2>${words.trail}</h2>
        ${lines.length === 0 && html`<p>${words.empty}</p>`}
        <ol class="trail">
          ${lines.map((line) => renderLine(line, context))}
        </ol>
        ${(isOlder || nextBefore !== null) && renderPaging(page)}
      </section>`,
  );
}

function renderTimelines(timelines: readonly Timeline[], context: RenderContext): Html {
  const words = context.texts.history;
  return html`<section class="card">
    <h2>${words.timelines}</h2>
    ${timelines.map((timeline) => renderTimeline(timeline, context))}
    ${!timelines.some(({ kind }) => kind === 'license') && html`<p>${words.noRenewal}</p>`}
    <p class="minor">${words.nowLine}</p>
  </section>`;
}

function renderPaging({ isOlder, nextBefore, context }: HistoryPage): Html {
  const words = context.texts.history;
  return html`<p class="actions">
    ${isOlder && html`<a href="/license/history" role="button" class="outline secondary">${words.newest}</a>`}
    ${nextBefore !== null && html`<a href="/license/history?before=${nextBefore}" role="button" class="outline">${words.older}</a>`}
  </p>`;
}

function renderLine({ at, what, who, from, why, changes }: AuditLine, context: RenderContext): Html {
  const words = context.texts.history;
  const origin = from === null ? who : `${who} ${words.from} ${from}`;
  return html`<li>
    <p class="what">${what}</p>
    <p class="when">${renderInstant(at, context)}, ${words.by} ${origin}</p>
    ${why !== null && html`<p class="why">${words.reason} ${why}</p>`}
    ${changes.map((change) => html`<p class="why">${change}</p>`)}
  </li>`;
}
