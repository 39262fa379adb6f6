import { html, type Html } from '../html.js';
import type { Reader } from '../reader.js';
import { formatInstant, tellDistance } from '../tell-time.js';

/** Renders an instant in the reader's locale, with its UTC time for programs and its distance from now. */
export function renderInstant(instant: Date, reader: Reader): Html {
  return html`${renderDate(instant, reader)}
    <span class="distance">(${renderDistance(instant, reader)})</span>`;
}

export function renderDate(instant: Date, { locale }: Reader): Html {
  const text = formatInstant(instant, locale);
  return html`<time datetime="${instant.toISOString()}" lang="${locale}">${text}</time>`;
}

export function renderDistance(instant: Date, reader: Reader): Html {
  return html`<span data-distance="${instant.toISOString()}">${tellDistance(instant, reader)}</span>`;
}
