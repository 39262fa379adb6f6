const isoDate = /^\d{4}-\d{2}-\d{2}$/;
const isoInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Parses an ISO instant, or a date, which means the end of that day in UTC. Returns `null` for any other text. */
export function parseExpiresOn(text: string): Date | null {
  const isDate = isoDate.test(text);
  if (!isDate && !isoInstant.test(text)) return null;
  const instant = new Date(isDate ? `${text}T23:59:59Z` : text);
  if (Number.isNaN(instant.getTime())) return null;
  // Date accepts 2027-02-30 and returns a day in March. Such a typing error is refused.
  if (isDate && instant.toISOString().slice(0, 10) !== text) return null;
  return instant;
}

/** Formats an instant as ISO 8601 in UTC, without milliseconds if they are zero. */
export function formatInstant(instant: Date): string {
  return instant.toISOString().replace('.000Z', 'Z');
}
