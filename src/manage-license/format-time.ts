import type { RenderContext } from './render-context.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const yearMs = 365 * dayMs;
/** Creating a formatter takes longer than rendering a page. The limit bounds the memory that headers can claim. */
const maxFormatters = 100;
const formatters = new Map<string, InstantFormatter>();
/** A page shows the same few instants and distances at each request. The list of peers has more. */
const maxTexts = 200;
const distances = new Map<string, string>();
const utcTexts = new Map<number, string>();

const date = { year: 'numeric', month: 'long', day: 'numeric' } as const;
const time = { hour: 'numeric', minute: '2-digit' } as const;
/** The script of the page has the same formats. */
const formats = {
  long: { ...date, ...time, timeZoneName: 'short' },
  short: { ...date, month: 'short', ...time },
  day: { weekday: 'long', ...date },
  time,
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

export type InstantFormat = keyof typeof formats;
type InstantFormatter = (instant: Date) => string;

/** Formats an instant in the time zone of this machine; `long` names the zone. */
export function formatInstant(instant: Date, locale: string, format: InstantFormat = 'long'): string {
  return formatterOf(locale, format)(instant);
}

/** Formats an instant in UTC, for programs. */
export function formatUtc(instant: Date): string {
  return remember(utcTexts, instant.getTime(), () => instant.toISOString());
}

/** Returns a name for the day of an instant in the time zone of this machine. */
export function nameDay(instant: Date): string {
  return formatInstant(instant, 'en', 'day');
}

/** Formats the distance of an instant from now in one whole unit, such as "in 29 days" or "5 minutes ago". */
export function formatDistance(instant: Date, { now, texts }: Pick<RenderContext, 'now' | 'texts'>): string {
  const distanceMs = instant.getTime() - now.getTime();
  const lengthMs = Math.abs(distanceMs);
  if (lengthMs < minuteMs) return distanceMs <= 0 ? texts.distance.justPassed : texts.distance.soon;
  const [unitMs, unit] = unitOf(lengthMs);
  // Truncated, because rounding up would promise time that is not left.
  const count = Math.trunc(distanceMs / unitMs);
  return remember(distances, `${texts.language} ${count} ${unit}`, () =>
    texts.distance.format.format(count, unit),
  );
}

function unitOf(lengthMs: number): [number, Intl.RelativeTimeFormatUnit] {
  if (lengthMs >= 2 * yearMs) return [yearMs, 'year'];
  if (lengthMs >= 2 * dayMs) return [dayMs, 'day'];
  if (lengthMs >= 2 * hourMs) return [hourMs, 'hour'];
  return [minuteMs, 'minute'];
}

function formatterOf(locale: string, format: InstantFormat): InstantFormatter {
  const key = `${locale} ${format}`;
  const known = formatters.get(key);
  if (known !== undefined) return known;
  const formatter = createFormatter(locale, format);
  if (formatters.size < maxFormatters) formatters.set(key, formatter);
  return formatter;
}

function createFormatter(locale: string, format: InstantFormat): InstantFormatter {
  const intl = new Intl.DateTimeFormat(locale, formats[format]);
  const texts = new Map<number, string>();
  return (instant) => remember(texts, instant.getTime(), () => intl.format(instant));
}

/** Returns the text of a key, made once, because Intl takes longer for one than a page for a field. */
function remember<Key>(texts: Map<Key, string>, key: Key, make: () => string): string {
  const known = texts.get(key);
  if (known !== undefined) return known;
  const text = make();
  if (texts.size >= maxTexts) texts.clear();
  texts.set(key, text);
  return text;
}
