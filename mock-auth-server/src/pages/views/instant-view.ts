import type { Html } from '../html.js';
import { html } from '../html.js';
import type { RenderContext } from '../render-context.js';

/** Renders the end of a day in UTC as a date, and any other instant with its time, in the language of the page. */
export function renderInstant(instant: string, { locale }: RenderContext): Html {
  const isEndOfDay = instant.endsWith('T23:59:59Z');
  const time = isEndOfDay ? {} : ({ timeStyle: 'long' } as const);
  const formatter = new Intl.DateTimeFormat(locale, { dateStyle: 'long', ...time, timeZone: 'UTC' });
  return html`<time datetime="${instant}" lang="${locale}">${formatter.format(new Date(instant))}</time>`;
}

export function renderDay(instant: Date, { locale }: RenderContext): Html {
  const formatter = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
  return html`<time datetime="${instant.toISOString()}" lang="${locale}">${formatter.format(instant)}</time>`;
}
