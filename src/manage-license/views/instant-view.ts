import { html, type Html } from '../html.js';
import type { RenderContext } from '../render-context.js';
import { formatDistance, formatInstant, formatUtc, type InstantFormat } from '../format-time.js';

/** Renders an instant in the reader's locale, with its UTC time for programs and its distance from now. */
export function renderInstant(instant: Date, context: RenderContext, isPast = false): Html {
  return html`${renderDate(instant, context)}
    <span class="distance">(${renderDistance(instant, context, isPast)})</span>`;
}

export function renderDate(instant: Date, { locale }: RenderContext, format: InstantFormat = 'long'): Html {
  const text = formatInstant(instant, locale, format);
  const mark = format !== 'long' && html` data-format="${format}"`;
  return html`<time datetime="${formatUtc(instant)}" lang="${locale}" ${mark}>${text}</time>`;
}

/** @param isPast shows an instant that a corrected clock places in the future as just passed */
export function renderDistance(instant: Date, context: RenderContext, isPast = false): Html {
  const shown = isPast && instant > context.now ? context.now : instant;
  return html`<span data-distance="${formatUtc(shown)}">${formatDistance(shown, context)}</span>`;
}
