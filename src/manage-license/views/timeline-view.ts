import { html, type Html, renderLabel } from '../html.js';
import type { Timeline } from '../build-timelines.js';
import type { RenderContext } from '../render-context.js';
import { renderDate, renderDistance } from './instant-view.js';

/** A moment of a time line, or the present. */
interface Mark {
  readonly label: string;
  readonly at: Date;
  readonly offset: number;
  readonly when: 'past' | 'now' | 'future';
}

/**
 * Renders a time line to scale, with a label for each of its marks. The labels have equal distances, so that they never
 * overlap, and a line leads from each mark to its label. Narrow screens show it upright.
 */
export function renderTimeline(timeline: Timeline, context: RenderContext): Html {
  const words = context.texts.history;
  const marks = listMarks(timeline, context);
  return html`<div class="life">
    <h3>${timeline.kind === 'token' ? words.tokenLife : words.licenseLife}</h3>
    <p class="minor">${words.passed(Math.floor(timeline.passed * 100))}</p>
    <div class="line">
      ${renderDrawing(marks, timeline.passed, 'wide')} ${renderDrawing(marks, timeline.passed, 'tall')}
      <ol>
        ${marks.map((mark) => renderMoment(mark, context))}
      </ol>
    </div>
  </div>`;
}

function listMarks({ moments, passed }: Timeline, { texts, now }: RenderContext): Mark[] {
  const words = texts.history;
  const marks = moments.map(({ kind, at, offset }): Mark => ({
    label: words.moments[kind],
    at,
    offset,
    when: at <= now ? 'past' : 'future',
  }));
  return [...marks, { label: words.now, at: now, offset: passed, when: 'now' } as const].toSorted(
    (a, b) => a.offset - b.offset,
  );
}

function renderMoment({ label, at, when }: Mark, context: RenderContext): Html {
  return html`<li class="${when}">
    <strong>${renderLabel(label)}</strong>
    ${renderDate(at, context, 'short')}
    ${when !== 'now' && html`<span class="distance">${renderDistance(at, context)}</span>`}
  </li>`;
}

/** Draws the line in a square of 100 that the style sheet stretches. A line without length and with round ends is a dot. */
function renderDrawing(marks: readonly Mark[], passed: number, direction: 'wide' | 'tall'): Html {
  const point = (along: number, across: number): string =>
    direction === 'wide' ? `${along} ${across}` : `${across} ${along}`;
  const nowAt = round(100 * passed);
  return html`<svg class="${direction}" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
    ${marks.map(({ offset }, index) => {
      const center = round((100 * (index + 0.5)) / marks.length);
      const at = round(100 * offset);
      return html`<path
        class="leader"
        d="M${point(at, 12)}L${point(at, 30)}L${point(center, 75)}L${point(center, 100)}"
      />`;
    })}
    <path class="bar" d="M${point(0, 12)}L${point(100, 12)}" />
    <path class="lived" d="M${point(0, 12)}L${point(nowAt, 12)}" />
    ${marks.map(
      ({ offset, when }) =>
        html`<path
          class="dot ${when}"
          d="M${point(round(100 * offset), 12)}L${point(round(100 * offset), 12)}"
        />`,
    )}
  </svg>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
