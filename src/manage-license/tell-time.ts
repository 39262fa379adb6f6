const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const yearMs = 365 * dayMs;
/** Building a formatter costs a hundred times what using it does; the cap bounds what callers' headers can make us keep. */
const maxFormatters = 50;
const formatters = new Map<string, Intl.DateTimeFormat>();
const distances = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** Writes an instant as a date and time of this machine's time zone, which it names. */
export function formatInstant(instant: Date, locale: string): string {
  return formatterOf(locale).format(instant);
}

/** Tells how far an instant is from now in one whole unit, such as "in 29 days" or "5 minutes ago". */
export function tellDistance(instant: Date, now: Date): string {
  const distanceMs = instant.getTime() - now.getTime();
  const lengthMs = Math.abs(distanceMs);
  if (lengthMs < minuteMs) return distanceMs <= 0 ? 'less than a minute ago' : 'in less than a minute';
  const [unitMs, unit] = unitOf(lengthMs);
  // Cut, never rounded up: nobody is promised a day that is not there.
  return distances.format(Math.trunc(distanceMs / unitMs), unit);
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
