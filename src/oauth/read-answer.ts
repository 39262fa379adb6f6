import type { AnswerListener } from './oauth-session.js';

export type AnswerMembers = Readonly<Record<string, unknown>>;

/**
 * Normalizes a JSON answer of the Authorization server and returns it as a response. `null` counts as absent, and so
 * does an `interval` that is not a positive number (RFC 8628 section 3.2). An ID token is dropped: it was not requested,
 * and a fault in it must not invalidate the license token. `onAnswer` is awaited before the answer is verified.
 */
export async function readAnswer(response: Response, onAnswer: AnswerListener): Promise<Response> {
  if (!response.ok || response.body === null) return response;
  const { status, headers } = response;
  const text = await response.text();
  const members = parseObject(text);
  if (members === null) return new Response(text, { status, headers });
  await onAnswer(members, readDate(headers));
  return new Response(JSON.stringify(members), { status, headers });
}

function readDate(headers: Headers): Date | null {
  const ms = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(ms) ? null : new Date(ms);
}

function parseObject(text: string): AnswerMembers | null {
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
