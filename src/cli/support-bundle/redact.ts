const mark = '[redacted]';
/** A shorter one would also match ordinary words. */
const minLength = 4;

/**
 * The shapes of secrets that this command does not know, such as those in the log of another program. None searches a long
 * word from each of its characters to its end.
 */
const shapes: readonly (readonly [shape: RegExp, replacement: string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*-----|$)/g, mark],
  [/\b(Bearer|DPoP|Basic)\s+[\w.~+/=-]+/gi, `$1 ${mark}`],
  [/(?<![\w-])((?:(?!eyJ)[\w-])*)eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*)?/g, `$1${mark}`],
  // The seeds of NATS.
  [/\bS[A-Z][A-Z2-7]{56}\b/g, mark],
  // 32 random bytes or more, in base64url or base64.
  [/(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{32,}(?![\w-])/g, mark],
  [/(?<![\w+/=-])[A-Za-z0-9+/]{42,}=+/g, mark],
  // A user code, which grants a license while it is pending.
  [/\b[A-Z]{4}-[A-Z]{4}\b/g, mark],
  // The login in an address.
  [/(?<!\w)(\w+:\/\/)[^\s/@"']+@/g, `$1${mark}@`],
  [
    /((?:passw(?:or)?d|\bpass|secret|seed|(?:access|refresh|admin|auth)_?token|(?:user|device)_?code|encryption_?key|cookie)["']?\s*[:=]\s*["']?)[^\s"',;&}]+/gi,
    `$1${mark}`,
  ],
];

/** Returns a JSON value without secrets. @param secrets the known ones; others are found by their shape */
export function redact<T>(value: T, secrets: readonly string[]): T {
  const written = [...new Set(secrets.filter(({ length }) => length >= minLength).flatMap(formsOf))];
  const known = written.toSorted((one, other) => other.length - one.length);
  return redactValue(value, known) as T;
}

function redactValue(value: unknown, known: readonly string[]): unknown {
  if (typeof value === 'string') return redactText(value, known);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, known));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, redactValue(member, known)]),
  );
}

function redactText(text: string, known: readonly string[]): string {
  const withoutKnown = known.reduce((rest, secret) => rest.replaceAll(secret, mark), text);
  return shapes.reduce((rest, [shape, replacement]) => rest.replaceAll(shape, replacement), withoutKnown);
}

/** Returns a secret as a log in JSON, a URL or a form can contain it. */
function formsOf(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
}
