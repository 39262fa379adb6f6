import { html, type Html } from '../html.js';
import type { RenderContext } from '../render-context.js';
import { formatInstant, tellDistance } from '../format-time.js';

/** Renders an instant in the reader's locale, with its UTC time for programs and its distance from now. */
export function renderInstant(instant: Date, context: RenderContext): Html {
  return html`${renderDate(instant, context)}
    <span class="distance">(${renderDistance(instant, context)})</span>`;
}

export function renderDate(instant: Date, { locale }: RenderContext): Html {
  const text = formatInstant(instant, locale);
  return html`<time datetime="${instant.toISOString()}" lang="${locale}">${text}</time>`;
}

export function renderDistance(instant: Date, context: RenderContext): Html {
  return html`<span data-distance="${instant.toISOString()}">${tellDistance(instant, context)}</span>`;
}
