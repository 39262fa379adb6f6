import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Fault, FaultMode, FixedAnswer } from './faults.js';

/** The body of `PUT /mock/faults`, after its schema is validated. */
export interface FaultRequest extends Partial<Omit<Fault, 'mode' | 'answer'>> {
  mode: FaultMode;
  on?: string;
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export type FaultOutcome = { ok: true; fault: Fault } | { ok: false; field: string; reason: string };

const answerFields = ['on', 'status', 'headers', 'body'] as const;
/** They describe how the answer is sent, so only this server can set them. */
const refusedHeaders = ['content-length', 'transfer-encoding', 'trailer'];

/** Returns the requested fault, or the first invalid field. */
export function readFault(request: FaultRequest): FaultOutcome {
  const { mode, count = null, delayMs = 5000, skewSeconds = 0, retryAfterSeconds = null } = request;
  const fault = { mode, count, delayMs, skewSeconds, retryAfterSeconds, answer: null };
  if (mode === 'answer') return readAnswer(request, fault);
  const field = answerFields.find((name) => request[name] !== undefined);
  return field === undefined ? { ok: true, fault } : refuse(field, 'is only for the mode answer');
}

function readAnswer(request: FaultRequest, fault: Fault): FaultOutcome {
  const { on, status = 200, headers = {}, body } = request;
  if (on === undefined) return refuse('on', 'is required for the mode answer: the path of an OAuth endpoint');
  for (const [name, value] of Object.entries(headers)) {
    const reason = findHeaderFault(name, value);
    if (reason !== null) return refuse('headers', reason);
  }
  return { ok: true, fault: { ...fault, answer: { on, status, ...writeBody(headers, body) } } };
}

/** Sends a text as it is, and anything else as JSON. The given `Content-Type` wins over that of the body. */
function writeBody(headers: Record<string, string>, body: unknown): Pick<FixedAnswer, 'headers' | 'body'> {
  if (body === undefined) return { headers, body: null };
  const isText = typeof body === 'string';
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json';
  return {
    headers: hasType ? headers : { ...headers, 'content-type': type },
    body: isText ? body : JSON.stringify(body),
  };
}

function findHeaderFault(name: string, value: string): string | null {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    return `must contain only valid HTTP headers, but ${JSON.stringify(name.slice(0, 60))} is not one`;
  }
  return refusedHeaders.includes(name.toLowerCase())
    ? `must not contain ${name.toLowerCase()}, which this server sets`
    : null;
}

function refuse(field: string, reason: string): FaultOutcome {
  return { ok: false, field, reason: `${field} ${reason}` };
}
