import type { AuditLine } from '../describe-audit-entry.js';
import { html, type Html } from '../html.js';
import type { Timeline } from '../build-timelines.js';
import { nameDay } from '../format-time.js';
import { type HistoryFilter, historyPath } from '../history-filter.js';
import type { RenderContext } from '../render-context.js';
import { renderHistoryFilter } from './history-filter-view.js';
import { renderDate } from './instant-view.js';
import { renderPage, type Visitor } from './layout.js';
import { renderTimeline } from './timeline-view.js';

export interface HistoryPage {
  /** Empty if there is no license, and on pages of older or filtered entries. */
  readonly timelines: readonly Timeline[];
  /** Newest first. */
  readonly lines: readonly AuditLine[];
  readonly filter: HistoryFilter;
  /** Everybody who is in the trail. */
  readonly actors: readonly string[];
  readonly isOlder: boolean;
  /** The entry before which the next older page begins; `null` if there is none. */
  readonly nextBefore: number | null;
  readonly visitor: Visitor;
  readonly context: RenderContext;
}

export function renderHistory(page: HistoryPage): string {
  const { lines, timelines, isOlder, nextBefore, filter, visitor, context } = page;
  const words = context.texts.history;
  const isFiltered = filter.action !== null || filter.actor !== null;
  return renderPage(
    { title: words.title, visitor, section: 'history', context },
    html`${timelines.length > 0 && renderTimelines(timelines, context)}
      <section class="card">
        <div class="head">
          <h2>${words.trail}</h2>
          <a
            href="${historyPath('/license/history/export.csv', filter)}"
            role="button"
            class="outline"
            download
            >${words.export}</a
          >
        </div>
        ${renderHistoryFilter(page)}
        ${lines.length === 0 && html`<p>${isFiltered ? words.noneFits : words.empty}</p>`}
        ${groupByDay(lines).map((day) => renderDay(day, context))}
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
  </section>`;
}

function renderPaging({ isOlder, nextBefore, filter, context }: HistoryPage): Html {
  const words = context.texts.history;
  const path = (before: number | null): string => historyPath('/license/history', filter, before);
  return html`<p class="actions">
    ${isOlder && html`<a href="${path(null)}" role="button" class="outline">${words.newest}</a>`}
    ${nextBefore !== null && html`<a href="${path(nextBefore)}" role="button" class="outline">${words.older}</a>`}
  </p>`;
}

interface Day {
  readonly name: string;
  readonly at: Date;
  readonly lines: AuditLine[];
}

/** Groups lines by the day in the time zone of this machine. The script of the page regroups them by that of the browser. */
function groupByDay(lines: readonly AuditLine[]): Day[] {
  const days: Day[] = [];
  for (const line of lines) {
    const name = nameDay(line.at);
    if (days.at(-1)?.name !== name) days.push({ name, at: line.at, lines: [] });
    days.at(-1)?.lines.push(line);
  }
  return days;
}

function renderDay({ at, lines }: Day, context: RenderContext): Html {
  return html`<section class="day">
    <h3>${renderDate(at, context, 'day')}</h3>
    <ol class="trail">
      ${lines.map((line) => renderLine(line, context))}
    </ol>
  </section>`;
}

function renderLine({ at, what, who, from, why, changes }: AuditLine, context: RenderContext): Html {
  const words = context.texts.history;
  return html`<li>
    <p class="when">${renderDate(at, context, 'time')}</p>
    <div>
      <p class="what">${what}</p>
      <p class="who">${words.by(who, from)}</p>
      ${why !== null && html`<p class="why">${words.reason} ${why}</p>`}
      ${changes.map((change) => html`<p class="why">${change}</p>`)}
    </div>
  </li>`;
}
