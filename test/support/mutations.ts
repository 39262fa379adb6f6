import fc from 'fast-check';
import type { RawAnswer } from './fake-authorization-server.js';
import { alter, type Alterations, alterations, asHeader, oddJson, oddText } from './odd-values.js';

/** What happens to an answer on its way. It is data, so that a failing case can be read. */
export type Mutation =
  | { readonly how: 'members'; readonly changes: Alterations; readonly status: number }
  | { readonly how: 'text'; readonly from: number; readonly to: number; readonly piece: string }
  | { readonly how: 'body'; readonly body: string; readonly status: number; readonly headers: Headers }
  | { readonly how: 'headers'; readonly headers: Headers; readonly status: number };

type Headers = Readonly<Record<string, string>>;

const statuses = [
  200, 201, 202, 203, 204, 205, 206, 301, 302, 304, 307, 400, 401, 403, 404, 405, 407, 408, 409, 410, 413,
  418, 421, 426, 429, 451, 500, 501, 502, 503, 504, 511, 520, 599,
];
const oauthErrors = [
  'invalid_grant',
  'access_denied',
  'authorization_pending',
  'slow_down',
  'expired_token',
  'invalid_client',
  'invalid_request',
  'invalid_scope',
  'unauthorized_client',
  'unsupported_grant_type',
  'server_error',
  'temporarily_unavailable',
  'use_dpop_nonce',
  'invalid_dpop_proof',
  'invalid_token',
];
const types = [
  'application/json',
  'text/html',
  'application/jwt',
  'application/problem+json',
  '',
  ';',
  'a/b; c="d',
];

/** Values of the right type, which pass the first checks. */
const plausible = [
  -1,
  0,
  0.5,
  1,
  1e10,
  4_102_444_800,
  253_402_300_799,
  253_402_300_800,
  1e15,
  2 ** 53,
  1e300,
  'http://127.0.0.1:9/other',
  'http://127.0.0.1:9',
  'https://elsewhere.example/token',
  'javascript:alert(1)',
  '2020-01-01',
  '9999-12-31',
  '2027-02-29',
  'ES256',
  'RS256',
  'none',
  'sig',
  'enc',
  'srv-2',
  'org-2',
];

/** A change of members, which claims have before they are signed. */
export function memberMutations(): fc.Arbitrary<Mutation> {
  const status = fc.oneof(
    { weight: 9, arbitrary: fc.constant(200) },
    { weight: 1, arbitrary: fc.constantFrom(...statuses) },
  );
  const changes = alterations(fc.constantFrom<unknown>(...plausible));
  return fc.record({ how: fc.constant('members' as const), changes, status });
}

/** An answer that goes wrong: in a member, in its text, as a whole, in its status or in its headers. */
export function mutations(): fc.Arbitrary<Mutation> {
  const status = fc.constantFrom(...statuses);
  return fc.oneof(
    { weight: 5, arbitrary: memberMutations() },
    {
      weight: 1,
      arbitrary: fc.record({
        how: fc.constant('text' as const),
        from: fc.double({ min: 0, max: 1, noNaN: true }),
        to: fc.double({ min: 0, max: 1, noNaN: true }),
        piece: oddText(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        how: fc.constant('body' as const),
        body: fc.oneof(errors(), oddJson(), oddText(), fc.constant('<!doctype html><title>Log in</title>')),
        status,
        headers: headers(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ how: fc.constant('headers' as const), headers: headers(), status }) },
  );
}

function errors(): fc.Arbitrary<string> {
  const error = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<string>(...oauthErrors) },
    { weight: 1, arbitrary: oddText() },
  );
  const detail = fc.oneof(oddText(), fc.constant(null), fc.jsonValue({ maxDepth: 1 }));
  return fc
    .record(
      { error, error_description: detail, error_uri: detail, license_refusal: fc.jsonValue() },
      { requiredKeys: ['error'] },
    )
    .map((body) => JSON.stringify(body));
}

function headers(): fc.Arbitrary<Headers> {
  const odd = oddText().map(asHeader);
  const dates = fc.oneof(
    odd,
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  );
  return fc.record(
    {
      'content-type': fc.constantFrom(...types),
      date: dates,
      'retry-after': fc.oneof(dates, fc.constantFrom('0', '5', '-1', '1e9', '99999999999999999999', '1.5')),
      'www-authenticate': fc.oneof(
        odd,
        fc.constantFrom('Bearer error="invalid_token"', 'DPoP', 'Basic realm="x'),
      ),
      'dpop-nonce': odd,
      location: odd,
      'content-length': fc.constantFrom('0', '-1', 'x', '99999999'),
    },
    { requiredKeys: [] },
  );
}

/** Returns an answer after a mutation. An answer without a document, such as a signed list, has only its text. */
export function mutate(answer: RawAnswer, mutation: Mutation): RawAnswer {
  const text = String(answer.body ?? '');
  switch (mutation.how) {
    case 'members': {
      const document = parse(text);
      const body = document === null ? text : JSON.stringify(alter(document, mutation.changes));
      return { ...answer, status: mutation.status, body };
    }
    case 'text': {
      const [from, to] = [mutation.from, mutation.to].map((part) => Math.floor(part * text.length));
      return { ...answer, body: text.slice(0, from) + mutation.piece + text.slice(to) };
    }
    case 'body':
      return {
        status: mutation.status,
        body: mutation.body,
        headers: { ...answer.headers, ...mutation.headers },
      };
    case 'headers':
      return { ...answer, status: mutation.status, headers: { ...answer.headers, ...mutation.headers } };
  }
}

function parse(text: string): object | null {
  try {
    return JSON.parse(text) as object;
  } catch {
    return null;
  }
}
