import { html, type Html } from '../html.js';
import type { Timeline, Moment } from '../build-timelines.js';
import type { RenderContext } from '../render-context.js';
import { renderInstant } from './instant-view.js';

const marginUnits = 10;
const barUnits = 300;
const markUnits = 20;
const barY = 12;
const rowUnits = 22;

/** Renders a time line as a bar with numbered marks, and as a list with the same numbers. */
export function renderTimeline(timeline: Timeline, context: RenderContext): Html {
  const words = context.texts.history;
  const title = timeline.kind === 'token' ? words.tokenLife : words.licenseLife;
  const rows = assignRows(timeline.moments);
  const height = barY * 2 + Math.max(...rows) * rowUnits;
  const nowX = toX(timeline.passed);
  return html`<div class="life">
    <h3>${title}</h3>
    <svg viewBox="0 0 320 ${height}" role="img" aria-label="${words.lifePassed(title, timeline.passed)}">
      <rect class="bar" x="${marginUnits}" y="${barY - 3}" width="${barUnits}" height="6" rx="3" />
      <rect
        class="lived"
        x="${marginUnits}"
        y="${barY - 3}"
        width="${nowX - marginUnits}"
        height="6"
        rx="3"
      />
      <path class="today" d="M${nowX} 0V${barY * 2}" />
      ${timeline.moments.map((moment, index) => renderMark(moment, index + 1, rows[index] ?? 0))}
    </svg>
    <ol>
      ${timeline.moments.map(({ kind, at }) => html`<li>${words.moments[kind]}: ${renderInstant(at, context)}</li>`)}
    </ol>
  </div>`;
}

function renderMark({ offset }: Moment, number: number, row: number): Html {
  const x = toX(offset);
  const y = barY + row * rowUnits;
  return html`<g class="mark">
    <path d="M${x} ${barY}V${y}" />
    <circle cx="${x}" cy="${y}" r="9" />
    <text x="${x}" y="${y + 4}">${number}</text>
  </g>`;
}

/** Moves marks that would overlap into rows below the bar. */
function assignRows(moments: readonly Moment[]): number[] {
  const lastInRow: number[] = [];
  return moments.map(({ offset }) => {
    const x = toX(offset);
    const free = lastInRow.findIndex((last) => x - last >= markUnits);
    const row = free === -1 ? lastInRow.length : free;
    lastInRow[row] = x;
    return row;
  });
}

function toX(offset: number): number {
  return Math.round(marginUnits + offset * barUnits);
}
