import type { RenderContext } from './render-context.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const yearMs = 365 * dayMs;
/** Creating a formatter takes longer than rendering a page. The limit bounds the memory that headers can claim. */
const maxFormatters = 50;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Formats an instant as date and time in the time zone of this machine, with the name of the zone. */
export function formatInstant(instant: Date, locale: string): string {
  return formatterOf(locale).format(instant);
}

/** Formats the distance of an instant from now in one whole unit, such as "in 29 days" or "5 minutes ago". */
export function formatDistance(instant: Date, { now, texts }: Pick<RenderContext, 'now' | 'texts'>): string {
  const distanceMs = instant.getTime() - now.getTime();
  const lengthMs = Math.abs(distanceMs);
  if (lengthMs < minuteMs) return distanceMs <= 0 ? texts.distance.justPassed : texts.distance.soon;
  const [unitMs, unit] = unitOf(lengthMs);
  // Truncated, because rounding up would promise time that is not left.
  return texts.distance.format.format(Math.trunc(distanceMs / unitMs), unit);
}

function unitOf(lengthMs: number): [number, Intl.RelativeTimeFormatUnit] {
  if (lengthMs >= 2 * yearMs) return [yearMs, 'year'];
  if (lengthMs >= 2 * dayMs) return [dayMs, 'day'];
  if (lengthMs >= 2 * hourMs) return [hourMs, 'hour'];
  return [minuteMs, 'minute'];
}

function formatterOf(locale: string): Intl.DateTimeFormat {
  const known = formatters.get(locale);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  });
  if (formatters.size < maxFormatters) formatters.set(locale, formatter);
  return formatter;
}
