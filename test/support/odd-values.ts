import fc from 'fast-check';

/** Texts that often break programs: names of a prototype, control characters, paths, markup, numbers. */
const notorious = [
  '',
  ' ',
  '\0',
  '\r\n',
  '\u202e',
  '\ufeff',
  '\ud800',
  '\u{10ffff}',
  'İ',
  'ß',
  '👩‍👩‍👧',
  'a\u0301'.repeat(50),
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'length',
  "' OR 1=1 --",
  '"; DROP TABLE license; --',
  '<script>alert(1)</script>',
  '${7*7}',
  '%s%n',
  '{{7*7}}',
  '../../etc/passwd',
  '%00',
  '%2e%2e%2f',
  'file:///',
  '$(id)',
  '\\',
  '*',
  '>',
  '$SYS.>',
  '_INBOX.x',
  '-1',
  '0',
  '1e999',
  'NaN',
  '0x10',
  '9007199254740993',
  '-0',
  'true',
  'null',
  'undefined',
  '[]',
  '{}',
  '9999-12-31T23:59:59Z',
  '+275760-09-13T00:00:00.001Z',
  '0000-00-00',
  '2027-02-29',
  'P1D',
  'a'.repeat(257),
  '7'.repeat(4097),
  '\u00e9'.repeat(3000),
  '('.repeat(1000),
] as const;

export function oddText(maxLength = 40): fc.Arbitrary<string> {
  // With halves of surrogate pairs, which normal text does not contain.
  const code = fc.oneof(fc.nat(0x17f), fc.nat(0xffff));
  const any = fc.array(code, { maxLength }).map((codes) => String.fromCharCode(...codes));
  return fc.oneof(fc.constantFrom(...notorious), any);
}

const deep = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);

/** Returns JSON that is hard to process: deep, with odd keys and numbers or duplicate keys; or malformed JSON. */
export function oddJson(): fc.Arbitrary<string> {
  const keys = fc.oneof(oddText(), fc.constantFrom('__proto__', 'constructor', 'toJSON', 'token'));
  const values = fc.jsonValue({ maxDepth: 3 });
  return fc.oneof(
    fc.json(),
    fc.dictionary(keys, values, { maxKeys: 6 }).map((value) => JSON.stringify(value)),
    fc.tuple(keys, values, values).map(([key, a, b]) => {
      const name = JSON.stringify(key);
      return `{${name}:${JSON.stringify(a)},${name}:${JSON.stringify(b)}}`;
    }),
    fc.constantFrom(
      deep(3000, '[', ']'),
      deep(1000, '{"a":', '').concat('1', '}'.repeat(1000)),
      '[1e999]',
      '{"a":',
    ),
    oddText(),
  );
}

/** Returns a damaged text: cut, doubled, or with a piece inserted, removed or turned. */
export function damaged(text: string): fc.Arbitrary<string> {
  const place = fc.nat(Math.max(0, text.length - 1));
  return fc.oneof(
    place.map((at) => text.slice(0, at)),
    place.map((at) => text.slice(at + 1)),
    fc.tuple(place, oddText(8)).map(([at, piece]) => text.slice(0, at) + piece + text.slice(at)),
    fc.tuple(place, fc.nat(20)).map(([at, length]) => text.slice(0, at) + text.slice(at + length + 1)),
    fc
      .tuple(place, fc.string({ minLength: 1, maxLength: 1 }))
      .map(([at, one]) => text.slice(0, at) + one + text.slice(at + 1)),
    fc.constantFrom(
      text + text,
      text.toUpperCase(),
      text.split('').toReversed().join(''),
      ` ${text}`,
      `${text}\n`,
      `"${text}"`,
    ),
  );
}

/** Changes of the members of a document. `at` selects a member at any depth; without a value it is removed. */
export type Alterations = readonly { readonly at: number; readonly value: unknown }[];

export function alterations(...more: fc.Arbitrary<unknown>[]): fc.Arbitrary<Alterations> {
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), oddText(), fc.constant(undefined), ...more);
  return fc.array(fc.record({ at: fc.nat(), value }), { minLength: 1, maxLength: 3 });
}

export function alter(document: object, changes: Alterations): Record<string, unknown> {
  const copy = structuredClone(document) as Record<string, unknown>;
  for (const { at, value } of changes) {
    const places = listPlaces(copy);
    const [owner, key] = places[at % places.length] ?? [copy, 'unknown'];
    if (value === undefined) delete owner[key];
    else Object.defineProperty(owner, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

/** Returns a document with one to three members removed or replaced, at any depth, even by a value of another type. */
export function altered(document: object): fc.Arbitrary<unknown> {
  return alterations().map((changes) => alter(document, changes));
}

type Owner = Record<string, unknown>;

function listPlaces(owner: Owner): [Owner, string][] {
  return Object.entries(owner).flatMap(([key, value]): [Owner, string][] => [
    [owner, key],
    ...(typeof value === 'object' && value !== null ? listPlaces(value as Owner) : []),
  ]);
}

/** Returns the right value in four of five cases, so that odd values elsewhere reach deeper code. */
export function mostly<T>(right: T, odd: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: odd });
}

/** Returns the part of a text that this machine's client can send in the first line of a request. */
export function asUrl(text: string): string {
  return text.replaceAll(/[^\u0021-\u00ff]/g, '%3F');
}

/** Returns the part of a text that is allowed in a header. */
export function asHeader(text: string): string {
  return text.replaceAll(/[^\x20-\x7e\u00a0-\u00ff]/g, '?').slice(0, 3000);
}
