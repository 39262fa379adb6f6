import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hasSignatureOf, readSignatureKey } from './signature-key.js';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' });
const shortRsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const x25519 = generateKeyPairSync('x25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

const jwkOf = (key: KeyObject) => key.export({ format: 'jwk' });
const signingInput = Buffer.from('header.payload');
const ecSignature = sign('sha256', signingInput, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
const edSignature = sign(null, signingInput, ed.privateKey);

function keyOf(jwk: unknown) {
  const key = readSignatureKey(jwk);
  if (key === null) throw new Error('No key was read.');
  return key;
}

const check = (alg: unknown, jwk: unknown, signature: Buffer) =>
  hasSignatureOf(
    {
      header: { alg },
      payload: {},
      signingInput: signingInput.toString(),
      signature: signature.toString('base64url'),
    },
    keyOf(jwk),
  );

describe('readSignatureKey', () => {
  it('assigns only the algorithms of its kind to a key', () => {
    expect(keyOf(jwkOf(ec.publicKey)).algorithms).toEqual(['ES256']);
    expect(keyOf(jwkOf(ed.publicKey)).algorithms).toEqual(['EdDSA', 'Ed25519']);
    expect(keyOf(jwkOf(p384.publicKey)).algorithms).toEqual(['ES384']);
    expect(keyOf(jwkOf(rsa.publicKey)).algorithms).toEqual(['RS256', 'PS256']);
    expect(keyOf({ ...jwkOf(rsa.publicKey), alg: 'PS256' }).algorithms).toEqual(['PS256']);
    expect(keyOf({ ...jwkOf(ed.publicKey), alg: 'EdDSA' }).algorithms).toEqual(['EdDSA', 'Ed25519']);
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a text', 'key'],
    ['a private key on P-256', jwkOf(ec.privateKey)],
    ['a private key on Ed25519', jwkOf(ed.privateKey)],
    ['another curve', jwkOf(p521.publicKey)],
    ['a key that cannot sign', jwkOf(x25519.publicKey)],
    ['RSA of 1024 bits', jwkOf(shortRsa.publicKey)],
    ['a private RSA key', jwkOf(rsa.privateKey)],
    ['a key for encryption', { ...jwkOf(rsa.publicKey), use: 'enc' }],
    ['a key for another algorithm', { ...jwkOf(rsa.publicKey), alg: 'RSA-OAEP' }],
    ['an RSA key for EdDSA', { ...jwkOf(rsa.publicKey), alg: 'EdDSA' }],
    ['a key on Ed25519 for ES256', { ...jwkOf(ed.publicKey), alg: 'ES256' }],
    ['a shared secret', { kty: 'oct', k: 'c2VjcmV0' }],
    ['a key that claims another kind', { ...jwkOf(ed.publicKey), kty: 'EC' }],
    ['a curve of another kind of key', { ...jwkOf(ec.publicKey), kty: 'OKP' }],
    ['a point without y', { ...jwkOf(ec.publicKey), y: undefined }],
    ['a key without a point', { ...jwkOf(ed.publicKey), x: undefined }],
    ['a point that is not on the curve', { ...jwkOf(ec.publicKey), y: jwkOf(ec.publicKey).x }],
    ['a point that is too short', { ...jwkOf(ed.publicKey), x: 'AAAA' }],
  ])('rejects %s', (_what, jwk) => {
    expect(readSignatureKey(jwk)).toBeNull();
  });
});

describe('hasSignatureOf', () => {
  it.each([
    ['ES256', ec, ecSignature],
    ['EdDSA', ed, edSignature],
    ['Ed25519', ed, edSignature],
    ['ES384', p384, sign('sha384', signingInput, { key: p384.privateKey, dsaEncoding: 'ieee-p1363' })],
    ['RS256', rsa, sign('sha256', signingInput, rsa.privateKey)],
    ['PS256', rsa, sign('sha256', signingInput, { key: rsa.privateKey, ...pss })],
  ])('accepts only a correct %s signature', (alg, { publicKey }, signature) => {
    expect(check(alg, jwkOf(publicKey), signature)).toBe(true);
    expect(check(alg, jwkOf(publicKey), Buffer.alloc(64))).toBe(false);
    expect(check(alg, jwkOf(publicKey), signature.subarray(1))).toBe(false);
  });

  it('rejects a PS256 signature without its leading zero (RFC 8017 section 8.1.2)', () => {
    let signature = Buffer.alloc(0);
    // One of 256 signatures begins with a zero.
    for (let tries = 0; tries < 10_000 && signature[0] !== 0; tries += 1) {
      signature = sign('sha256', signingInput, { key: rsa.privateKey, ...pss });
    }
    expect(check('PS256', jwkOf(rsa.publicKey), signature)).toBe(true);
    expect(check('PS256', jwkOf(rsa.publicKey), signature.subarray(1))).toBe(false);
  }, 60_000);

  it.each([undefined, 1, 'none', 'HS256', 'EdDSA', 'es256'])(
    'rejects the algorithm %s for a P-256 key',
    (alg) => {
      expect(check(alg, jwkOf(ec.publicKey), ecSignature)).toBe(false);
    },
  );
});
