import fc from 'fast-check';
import { asHeader, asUrl, damaged, mostly, oddJson, oddText } from './odd-values.js';
import type { RawRequest } from './send-raw.js';

/** The part of an OpenAPI document that the fuzz tests use. */
export interface DescribedApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}

interface DescribedOperation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: Schema }[];
}

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: string | number | boolean;
}

export interface Target {
  readonly method: string;
  readonly path: string;
  readonly query: readonly { readonly name: string; readonly good: readonly string[] }[];
}

/** The sender: the headers and form fields that authenticate it, if any. */
export interface Sender {
  readonly headers: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
}

/** Returns each operation of a document, with valid values for each query parameter. */
export function targetsOf({ paths }: DescribedApi): Target[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters
        .filter((parameter) => parameter.in === 'query')
        .map(({ name, schema }) => ({ name, good: goodValuesOf(schema ?? {}) })),
    })),
  );
}

function goodValuesOf({ enum: values, type, default: preset }: Schema): string[] {
  if (values !== undefined) return values.map(String);
  if (type === 'number' || type === 'integer') return ['1', '50', String(preset ?? 7)];
  return ['reg', 'Store 1', String(preset ?? 'true')];
}

const otherMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];
const oddPaths = [
  '..',
  '%2e%2e',
  '%00',
  '%ff',
  '%',
  '*',
  ':name',
  '__proto__',
  '\u00e9',
  '%F0%9F',
  ';x=1',
  '',
];
const types = [
  'application/json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'application/xml',
  'x',
  '',
  'application/json; charset=utf-16',
  'multipart/form-data; boundary=x',
  'APPLICATION/JSON;;',
];

const headerNames = (
  'accept-language x-forwarded-host x-forwarded-proto x-original-method x-original-url dpop cookie ' +
  'origin sec-fetch-site if-none-match range x-csrf-token upgrade x-request-id'
).split(' ');

/** Returns a request to one of `targets` that is valid, or odd in one or more ways, sent by one of `senders`. */
export function oddRequest(targets: readonly Target[], senders: readonly Sender[]): fc.Arbitrary<RawRequest> {
  const parts = fc.constantFrom(...targets).chain((target) =>
    fc.record({
      method: mostly(target.method, fc.constantFrom(...otherMethods)),
      path: mostly(target.path, oddPath(target.path)),
      query: oddQuery(target),
    }),
  );
  return fc
    .record({
      parts,
      sender: fc.constantFrom(...senders),
      headers: oddHeaders(),
      body: oddBody(),
      type: mostly(types[0] ?? '', fc.constantFrom(...types)),
      isForm: fc.boolean(),
    })
    .map(({ parts: { method, path, query }, sender, headers, body, type, isForm }) => {
      const hasBody = method !== 'GET' && method !== 'HEAD' && method !== 'TRACE';
      const form = new URLSearchParams({ ...sender.form }).toString();
      const sent = isForm && sender.form['csrfToken'] !== undefined ? `${form}&${body.slice(0, 100)}` : body;
      const isSentAsForm = sent !== body;
      return {
        method,
        path: path + query,
        headers: {
          ...sender.headers,
          ...headers,
          ...(hasBody && {
            'content-type': isSentAsForm ? 'application/x-www-form-urlencoded' : type,
            'content-length': String(Buffer.byteLength(sent)),
          }),
        },
        ...(hasBody && { body: sent }),
      };
    });
}

function oddPath(path: string): fc.Arbitrary<string> {
  const segments = fc.constantFrom(...oddPaths, ...path.split('/'));
  const invented = fc.array(segments, { maxLength: 5 }).map((all) => `/${all.join('/')}`);
  return fc.oneof(invented, damaged(path)).map((text) => `/${asUrl(text).replace(/^\/+/, '')}`);
}

function oddQuery({ query }: Target): fc.Arbitrary<string> {
  const names = fc.constantFrom(
    ...query.map(({ name }) => name),
    'unknown',
    '__proto__[x]',
    'limit[]',
    'constructor',
  );
  const good = query.flatMap(({ name, good: values }) =>
    values.map((value) => `${name}=${encodeURIComponent(value)}`),
  );
  const odd = fc
    .tuple(names, oddText(20))
    .map(([name, value]) => `${name}=${asUrl(encodeLoosely(value)).slice(0, 5000)}`);
  const field = good.length === 0 ? odd : fc.oneof(fc.constantFrom(...good), odd);
  // The same field may occur twice.
  const fields = fc
    .array(field, { maxLength: 4 })
    .map((all) => (all.length === 0 ? '' : `?${all.join('&')}`));
  return fc.oneof(
    { weight: 5, arbitrary: fields },
    { weight: 1, arbitrary: fc.webQueryParameters().map((text) => `?${text}`) },
  );
}

function oddHeaders(): fc.Arbitrary<Record<string, string>> {
  const value = oddText(60).map(asHeader);
  const accept = fc.constantFrom('*/*', 'text/html', 'application/json', ',;q=', '');
  const names = fc.constantFrom(...headerNames);
  const some = fc.dictionary(names, value, { maxKeys: 3 });
  return fc.tuple(accept, some).map(([accepted, headers]) => ({ accept: accepted, ...headers }));
}

function oddBody(): fc.Arbitrary<string> {
  return fc.oneof(
    oddJson(),
    fc.constantFrom(
      '',
      '{}',
      'token=%&name=%ff&name=2',
      `"${'x'.repeat(16_000)}"`,
      `"${'x'.repeat(20_000)}"`,
    ),
    fc.webQueryParameters(),
  );
}

/** Encodes a value for a URL. Lone surrogates cannot be encoded and stay unchanged. */
function encodeLoosely(value: string): string {
  return /[\ud800-\udfff]/.test(value) ? value : encodeURIComponent(value);
}
