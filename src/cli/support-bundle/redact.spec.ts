import { createHmac, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzz, shareOfCases } from '../../../test/support/fuzz-run.js';
import { expectNoSecretsInLog, forgetSecrets, noteSecret } from '../../../test/support/secret-scanner.js';
import { redact } from './redact.js';

/** 40 bundles, in the long form 1,000. */
const share = shareOfCases('S2', 1);

/** A secret that the settings know, of any characters. */
const password = fc
  .string({ minLength: 8, maxLength: 40, unit: 'grapheme' })
  .filter((text) => /\S{8}/.test(text));
const bytes = fc.uint8Array({ minLength: 32, maxLength: 48 }).map((values) => Buffer.from(values));

/** Secrets that only their shape gives away. */
const shaped = fc.oneof(
  bytes.map((value) => jwtOf(value)),
  opaqueToken(),
  lettersOf('BCDFGHJKLMNPQRSTVWXZ', 8).map((code) => `${code.slice(0, 4)}-${code.slice(4)}`),
  fc
    .constantFrom('A', 'U', 'X')
    .chain((kind) =>
      lettersOf('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 56).map((letters) => `S${kind}${letters}`),
    ),
);

const textAround = fc.constantFrom(
  (secret: string) => `The proof ${secret} was refused.`,
  (secret: string) => JSON.stringify({ level: 'warn', message: `No grant for ${secret}`, context: 'OAuth' }),
  (secret: string) => `GET /callback?token=${encodeURIComponent(secret)}&state=1`,
  (secret: string) => `authorization: Bearer ${secret}`,
  (secret: string) => `connect nats://licensing:${encodeURIComponent(secret)}@127.0.0.1:4222`,
);

describe('a support bundle', () => {
  it('contains no secret, wherever the log, the settings or a message contained it', async () => {
    const place = fc.record({ secret: fc.oneof(shaped, password), around: textAround });
    const bundle = fc.record({
      known: fc.array(password, { minLength: 1, maxLength: 4 }),
      places: fc.array(place, { maxLength: 12 }),
    });
    await fuzz('support bundles', share, bundle, ({ known, places }) => {
      forgetSecrets();
      const leaks = [
        ...places,
        ...known.map((secret) => ({ secret, around: (text: string) => `login ${text}` })),
      ];
      for (const { secret } of leaks) noteSecret('a secret', secret);
      const lines = leaks.map(({ secret, around }) => around(secret));
      const message = lines.join(' ');
      const collected = {
        log: lines,
        findings: [{ message }],
        health: { nats: { message } },
        missing: { log: message },
      };
      const unknownShapes = places.map(({ secret }) => secret).filter((secret) => !isShaped(secret));
      const redacted = redact(collected, [...known, ...unknownShapes]);
      const text = JSON.stringify(redacted, null, 2);
      expectNoSecretsInLog('The bundle', text);
      // Not escaped, as a reader of the bundle sees it.
      expectNoSecretsInLog('The log in the bundle', redacted.log.join('\n'));
      expect(text).toContain('[redacted]');
    });
  });

  it('contains no private key, and keeps what is not secret', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    const hash = createHmac('sha256', 'key').update('entry').digest('hex');
    const kept = {
      hash,
      id: '01J9ZK3V5Y2Q4W8X6R7T1N0M3P',
      at: '2026-11-24T08:00:00.000Z',
      sequence: '0001795570000042',
      path: '/opt/pos-licensing/node_modules/@nats-io/nats-core/lib/protocol.js:441:21',
      metric: 'pos_licensing_http_request_duration_seconds_bucket{method="GET",le="0.005"} 12',
      count: 3,
      none: null,
    };
    expect(redact(kept, ['abc'])).toEqual(kept);
    expect(redact(`before\n${String(pem)}after`, [])).toBe('before\n[redacted]\nafter');
  });

  it.each(['a', 'eyJ', 'x://', 'A1'])('is written in time if the log is one long word of %j', (part) => {
    const startedAt = performance.now();
    redact(part.repeat(131_072 / part.length), []);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it.each([
    ['NATS_PASSWORD=tiger7', 'NATS_PASSWORD=[redacted]'],
    ['{"refresh_token":"r1","expires_in":60}', '{"refresh_token":"[redacted]","expires_in":60}'],
    ['cookie: pos-licensing-3000=abc; path=/', 'cookie: [redacted]; path=/'],
    ['postgres://pos:word@db:5432/pos', 'postgres://[redacted]@db:5432/pos'],
    ['The license token: expired.', 'The license token: expired.'],
  ])('shows %j as %j', (text, expected) => {
    expect(redact(text, [])).toBe(expected);
  });
});

function jwtOf(value: Buffer): string {
  const claims = { sub: 'reg-1-1', jti: value.toString('hex') };
  return [encodePart({ alg: 'ES256', typ: 'at+jwt' }), encodePart(claims), value.toString('base64url')].join(
    '.',
  );
}

function encodePart(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** As random as a real one, so that nearly each has letters in both cases and a digit. */
function opaqueToken(): fc.Arbitrary<string> {
  return fc
    .noBias(fc.uint8Array({ minLength: 32, maxLength: 32 }))
    .map((values) => Buffer.from(values).toString('base64url'))
    .filter(isShaped);
}

function lettersOf(alphabet: string, length: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...alphabet.split('')), minLength: length, maxLength: length });
}

/** Whether a secret can be recognized without knowing it. */
function isShaped(secret: string): boolean {
  return /^eyJ|^S[AUX][A-Z2-7]{56}$|^[A-Z]{4}-[A-Z]{4}$|^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)[\w-]{32,}$/.test(
    secret,
  );
}
