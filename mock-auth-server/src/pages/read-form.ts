import { formatUserCode, normalizeUserCode } from '../domain/user-code.js';

/** Returns the fields of a form. The last value of a repeated field counts, as browsers send pairs of checkboxes. */
export function readForm(body: unknown): ReadonlyMap<string, string> {
  const form = new Map<string, string>();
  if (typeof body !== 'object' || body === null) return form;
  for (const [name, value] of Object.entries(body)) {
    const last: unknown = Array.isArray(value) ? value.at(-1) : value;
    if (typeof last === 'string') form.set(name, last.trim());
  }
  return form;
}

/** Returns the user code of a link, as `XXXX-XXXX`; empty if there is none that could be valid. */
export function readLinkedUserCode(query: unknown): string {
  const { user_code: entered } = query as { user_code?: unknown };
  const normalized = typeof entered === 'string' ? normalizeUserCode(entered) : null;
  return normalized === null ? '' : formatUserCode(normalized);
}
