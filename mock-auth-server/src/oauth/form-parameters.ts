import type { OAuthOutcome } from './oauth-refusal.js';
import { refuse } from './oauth-refusal.js';

/**
 * Returns the parameters of a form body. A parameter without a value counts as omitted, and one that is sent twice
 * is refused (RFC 6749 section 3.2).
 */
export function readFormParameters(body: unknown): OAuthOutcome<{ parameters: Map<string, string> }> {
  const parameters = new Map<string, string>();
  if (typeof body !== 'object' || body === null) return { ok: true, parameters };
  for (const [name, value] of Object.entries(body)) {
    if (typeof value !== 'string')
      return refuse('invalid_request', `${describeName(name)} is sent more than once`);
    if (value !== '') parameters.set(name, value);
  }
  return { ok: true, parameters };
}

/** Repeats only a plain name, because `error_description` allows only part of ASCII (RFC 6749 section 5.2). */
function describeName(name: string): string {
  return /^[a-z_]{1,40}$/.test(name) ? name : 'a parameter';
}
