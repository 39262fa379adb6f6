const START_OF_10000_MS = Date.UTC(10_000, 0, 1);
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
/** RFC 3339 section 5.6, with the offset. A leap second is left out: no Date can hold it. */
const INSTANT =
  /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

/** Reads a NumericDate (RFC 7519 section 2), fractions included; `null` if it is not one within 1970–9999. */
export function readNumericDate(claim: unknown): Date | null {
  return typeof claim === 'number' && claim > 0 ? withinBounds(new Date(claim * 1000)) : null;
}

/**
 * Reads a renewal date: an instant with its offset, or a date, which means 23:59:59 UTC of that day. Returns `null` if it
 * is neither, or not within 1970–9999. An instant without an offset would be another one on each machine.
 */
export function readRenewalDate(claim: unknown): Date | null {
  if (typeof claim !== 'string') return null;
  if (DATE.test(claim)) return isCalendarDate(claim) ? withinBounds(new Date(`${claim}T23:59:59Z`)) : null;
  const [, day] = INSTANT.exec(claim) ?? [];
  return day !== undefined && isCalendarDate(day) ? withinBounds(new Date(claim.toUpperCase())) : null;
}

function withinBounds(instant: Date): Date | null {
  return instant.getTime() >= 0 && instant.getTime() < START_OF_10000_MS ? instant : null;
}

/** The parser of JavaScript takes 30 February for 2 March. */
function isCalendarDate(text: string): boolean {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number);
  const made = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  return made.getUTCMonth() + 1 === month && made.getUTCDate() === day;
}
