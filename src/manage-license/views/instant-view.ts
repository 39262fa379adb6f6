import { html, type Html } from '../html.js';
import type { Reader } from '../reader.js';
import { formatInstant, tellDistance } from '../tell-time.js';

/** An instant in the reader's way of writing, with the UTC instant beside it for programs, and how far away it is. */
export function renderInstant(instant: Date, reader: Reader): Html {
  return html`${renderDate(instant, reader)}
    <span class="distance">(${renderDistance(instant, reader)})</span>`;
}

export function renderDate(instant: Date, { locale }: Reader): Html {
  const text = formatInstant(instant, locale);
  return html`<time datetime="${instant.toISOString()}" lang="${locale}">${text}</time>`;
}

export function renderDistance(instant: Date, { now }: Reader): Html {
  return html`<span data-distance="${instant.toISOString()}">${tellDistance(instant, now)}</span>`;
}
