export type AnswerMembers = Readonly<Record<string, unknown>>;

/**
 * Reads a JSON answer of an Authorization server; `null` if it is not an object. `null` members count as absent, and so
 * does an `interval` that is not a positive number (RFC 8628 section 3.2). An ID token is dropped: it was not requested,
 * and a fault in it must not invalidate the license token.
 */
export function parseAnswer(text: string): AnswerMembers | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const { id_token: _, interval, ...members } = value as Record<string, unknown>;
    const seconds = typeof interval === 'string' ? Number(interval) : interval;
    const isInterval = typeof seconds === 'number' && seconds > 0 && Number.isFinite(seconds);
    return Object.fromEntries(
      Object.entries({ ...members, ...(isInterval && { interval: seconds }) }).filter(
        ([, member]) => member !== null,
      ),
    );
  } catch {
    return null;
  }
}
