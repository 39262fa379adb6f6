import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { altered, damaged, oddText } from './odd-values.js';

type Part = Readonly<Record<string, unknown>>;

const forger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const forgerJwk = forger.publicKey.export({ format: 'jwk' });

export function readJwt(text: string): { header: Part; payload: Part; signature: string } {
  const [header = '', payload = '', signature = ''] = text.split('.');
  return { header: decode(header), payload: decode(payload), signature };
}

export function signJwt(header: unknown, payload: unknown, privateKey: KeyObject): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}

/** Returns what a forger who knows JWTs can make of a valid one. `publicKey` is the public key of its issuer. */
export function forgedJwt(good: string, publicKey: KeyObject): fc.Arbitrary<string> {
  const { header, payload, signature } = readJwt(good);
  const [first = '', second = ''] = good.split('.');
  const odd = altered(payload);
  const algorithm = fc.constantFrom('none', 'None', 'HS256', 'RS256', 'EdDSA', 'ES384', '', null);
  const anySignature = fc.oneof(fc.constantFrom(signature, '', 'AA', 'A'.repeat(86)), oddText(90));
  const pem = publicKey.export({ format: 'pem', type: 'spki' });
  const forged = fc.oneof(
    damaged(good),
    oddText(300),
    altered(header).map((other) => `${encode(other)}.${second}.${signature}`),
    odd.map((other) => `${first}.${encode(other)}.${signature}`),
    fc
      .tuple(algorithm, odd, anySignature)
      .map(([alg, other, last]) => `${encode({ ...header, alg })}.${encode(other)}.${last}`),
    fc
      .tuple(
        fc.constantFrom({}, { jwk: forgerJwk }, { jku: 'http://127.0.0.1:9/jwks', x5u: 'x', kid: '../kid' }),
        odd,
      )
      .map(([more, other]) => signJwt({ ...header, ...more }, other, forger.privateKey)),
    odd.map((other) => {
      const input = `${encode({ ...header, alg: 'HS256' })}.${encode(other)}`;
      return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
    }),
    fc.constantFrom(
      `${good}=`,
      `${good}.`,
      `${first}=.${second}.${signature}`,
      `${good}.${second}.${signature}`,
      encode({ ...payload }),
      good.replaceAll('-', '+').replaceAll('_', '/').concat(' '),
    ),
  );
  // HTTP removes the spaces around the value of a header.
  return forged.filter((text) => text.trim() !== good);
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value) ?? '').toString('base64url');
}

function decode(part: string): Part {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Part;
}
