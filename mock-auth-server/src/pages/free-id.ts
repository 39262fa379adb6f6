/**
 * Returns a free, readable id from a name, such as `srv-store-3`.
 * It contains only lowercase letters, digits and dashes, because device ids become parts of NATS subjects.
 */
export function makeFreeId(prefix: string, name: string, isTaken: (id: string) => boolean): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  const base = slug === '' ? `${prefix}-1` : `${prefix}-${slug}`;
  let id = base;
  for (let number = 2; isTaken(id); number++) id = `${base}-${number}`;
  return id;
}
