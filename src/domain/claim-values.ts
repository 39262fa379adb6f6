import { toPrintable } from './printable.js';

const startOf10000Ms = Date.UTC(10_000, 0, 1);
const dayMs = 86_400_000;
const maxNameCharacters = 256;
const date = /^(\d{4})-(\d\d)-(\d\d)$/;
/** RFC 3339 section 5.6, with an offset. Leap seconds are excluded because a Date cannot represent them. */
const instant =
  /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

/** Returns whether an instant lies within 1970–9999, the range that every part of the system can read and write. */
export function isWithinBounds(value: Date | null): value is Date {
  return value !== null && value.getTime() >= 0 && value.getTime() < startOf10000Ms;
}

/** Reads a NumericDate (RFC 7519 section 2), fractions included; `null` if it is not one within 1970–9999. */
export function readNumericDate(value: unknown): Date | null {
  return typeof value === 'number' && value > 0 ? withinBounds(new Date(value * 1000)) : null;
}

/**
 * Reads a renewal date: an instant with an offset, or a date, which means 23:59:59 of that day in the time zone.
 * Returns `null` if it is neither, or not within 1970–9999. An instant without an offset is rejected because its
 * meaning depends on the machine.
 */
export function readRenewalDate(value: unknown, timeZone = 'UTC'): Date | null {
  if (typeof value !== 'string') return null;
  if (date.test(value)) return isCalendarDate(value) ? withinBounds(endOfDay(value, timeZone)) : null;
  return readInstant(value);
}

/** Reads an instant with an offset; `null` if it is not one within 1970–9999. */
export function readInstant(value: string): Date | null {
  const [, day] = instant.exec(value) ?? [];
  return day !== undefined && isCalendarDate(day) ? withinBounds(new Date(value.toUpperCase())) : null;
}

/**
 * Returns 23:59:59 of a day in an IANA time zone, the later one if a clock change repeats it. A day that the zone skips
 * ends when the day before it ends.
 */
function endOfDay(day: string, timeZone: string): Date {
  const wallMs = Date.parse(`${day}T23:59:59Z`);
  // Offsets on both sides of a clock change on that day.
  const [latest = wallMs, earliest = wallMs] = [wallMs - dayMs, wallMs + dayMs]
    .map((nearMs) => wallMs - (wallClockMs(nearMs, timeZone) - nearMs))
    .toSorted((a, b) => b - a);
  const endMs = wallClockMs(latest, timeZone) === wallMs ? latest : earliest;
  // The last day is often used for "never": it must not leave the bounds because the zone is west of UTC.
  return new Date(Math.min(endMs, startOf10000Ms - 1000));
}

/** Returns what the clocks of a time zone show at an instant, as if it were UTC. */
function wallClockMs(ms: number, timeZone: string): number {
  const parts = clockOf(timeZone).formatToParts(ms);
  const read = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(read('year'), read('month') - 1, read('day'), read('hour'), read('minute'), read('second'));
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

/** Sanitizes a received name: well-formed, without control characters, at most 256 characters. */
export function readName(name: string): string {
  return toPlainText(name, maxNameCharacters);
}

/** Sanitizes and cuts a received text before it is stored, published, shown or logged. */
export function toPlainText(text: string, maxCharacters: number): string {
  const printable = toPrintable(text);
  if (printable.length <= maxCharacters) return printable;
  // The cut may halve a surrogate pair.
  return printable.slice(0, maxCharacters).replace(/\p{Cs}$/u, '\uFFFD');
}

function withinBounds(value: Date): Date | null {
  return isWithinBounds(value) ? value : null;
}

/** Rejects dates such as 30 February, which JavaScript parses as 2 March. */
function isCalendarDate(text: string): boolean {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
