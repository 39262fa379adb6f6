import { parseAnswer } from '../domain/parse-answer.js';
import type { AnswerListener } from './oauth-session.js';

/**
 * Normalizes a JSON answer of the Authorization server and returns it as a response. `onAnswer` is awaited before the answer
 * is verified.
 */
export async function readAnswer(response: Response, onAnswer: AnswerListener): Promise<Response> {
  if (!response.ok || response.body === null) return response;
  const { status, headers } = response;
  const text = await response.text();
  const members = parseAnswer(text);
  if (members === null) return new Response(text, { status, headers });
  await onAnswer(members, readDate(headers));
  return new Response(JSON.stringify(members), { status, headers });
}

function readDate(headers: Headers): Date | null {
  const ms = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(ms) ? null : new Date(ms);
}
