/** Reads the fields of a form; of a field that is there twice the last counts, as a browser's checkbox pairs have it. */
export function readForm(body: unknown): ReadonlyMap<string, string> {
  const form = new Map<string, string>();
  if (typeof body !== 'object' || body === null) return form;
  for (const [name, value] of Object.entries(body)) {
    const last: unknown = Array.isArray(value) ? value.at(-1) : value;
    if (typeof last === 'string') form.set(name, last.trim());
  }
  return form;
}

/** Whether a text is fit to be shown as a name: not empty, bounded, without control characters. */
export function isName(text: string): boolean {
  return /^\P{Cc}{1,100}$/u.test(text);
}
