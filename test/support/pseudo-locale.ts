const accented: Readonly<Record<string, string>> = {
  a: 'á',
  c: 'ç',
  e: 'é',
  i: 'í',
  n: 'ñ',
  o: 'ö',
  s: 'š',
  u: 'û',
  y: 'ÿ',
};

/** Returns texts in a language that does not exist: accented and in brackets, including those that functions return. */
export function toPseudoTexts<T>(texts: T): T {
  return convert(texts) as T;
}

function convert(value: unknown): unknown {
  if (typeof value === 'string') return bracket(value);
  if (typeof value === 'function') {
    return (...values: unknown[]) => convert(Reflect.apply(value, undefined, values));
  }
  if (value instanceof Intl.RelativeTimeFormat || typeof value !== 'object' || value === null) return value;
  if (isHtml(value))
    return Object.assign(Object.create(Object.getPrototypeOf(value)), { text: `⟦${value.text}⟧` });
  const members = Object.entries(value).map(([name, member]) => [name, convert(member)]);
  return Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members);
}

/** The instances of the classes Html of both servers hold their HTML in `text`. */
function isHtml(value: object): value is { readonly text: string } {
  return value.constructor.name === 'Html';
}

function bracket(text: string): string {
  return `⟦${text.replaceAll(/[a-z]/g, (letter) => accented[letter] ?? letter)}⟧`;
}

/** Attributes that a person reads, with or without a screen, or that the script of a page shows. */
const spoken =
  /\s(?:alt|title|placeholder|aria-label|aria-description|data-(?:copied|failed|label|held|show|just-passed|soon|summary))="([^"]*)"/g;

/**
 * Returns the words of a page in pseudo texts that do not come from the texts. Dates, codes and distances are data, as are
 * the words of `data`. Signs such as ✓ are pictures.
 */
export function findUntranslated(page: string, data: readonly string[]): string[] {
  const body = page.slice(page.indexOf('<title>'));
  const attributes = [...body.matchAll(spoken)].map(([, text]) => text);
  const content = body
    .replaceAll(/<(time|code|bdi|script)\b[^>]*>.*?<\/\1>/gs, ' ')
    .replaceAll(/<span\b[^>]*(?:data-distance=|class="sign")[^>]*>.*?<\/span>/gs, ' ')
    .replaceAll(/<[^>]*>/g, '\n');
  let rest = [...attributes, content].join('\n');
  // From the inside out, because a text can contain another one.
  for (let before = ''; before !== rest;) {
    before = rest;
    rest = rest.replaceAll(/⟦[^⟦⟧]*⟧/g, ' ');
  }
  for (const word of data.toSorted((a, b) => b.length - a.length)) rest = rest.replaceAll(word, ' ');
  return rest.match(/[\p{L}⟦⟧][^\n<]*/gu) ?? [];
}

/** Returns the path of each text, so that two languages can be compared. */
export function listPaths(texts: object, path = ''): string[] {
  return Object.entries(texts).flatMap(([name, value]) =>
    typeof value === 'object' && (Array.isArray(value) || value.constructor === Object)
      ? listPaths(value as object, `${path}${name}.`)
      : [`${path}${name}`],
  );
}
