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

/** Returns whether a text is a valid name: 1 to 100 characters without control characters. */
export function isName(text: string): boolean {
  return /^\P{Cc}{1,100}$/u.test(text);
}
