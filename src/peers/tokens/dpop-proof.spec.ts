import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashOf, makeDeviceKey } from '../../../test/support/device-key.js';
import { checkDpopProof } from './dpop-proof.js';

const token = 'header.payload.signature';
const htu = 'https://store.example/auth/verify';
const seconds = Date.parse('2026-11-24T12:00:00Z') / 1000;

const device = makeDeviceKey();
const { kty, crv, x, y } = device.publicJwk;
/** RFC 7638 section 3: the members of the key that count, in the order of the alphabet. */
const keyThumbprint = thumbprintOf({ crv, kty, x, y });
const expected = { htm: 'POST', htu, token, keyThumbprint };
const claims = { jti: 'proof-01', iat: seconds, htm: 'POST', htu, ath: hashOf(token) };

type Changes = Record<string, unknown>;
const prove = (changes: Changes = {}, header: Changes = {}) =>
  device.prove({ ...claims, ...changes }, header);

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function thumbprintOf(members: object): string {
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

describe('checkDpopProof', () => {
  it('takes a proof of the key that the token is bound to, and says how fresh it is', () => {
    const checked = { jti: 'proof-01', issuedAt: new Date(seconds * 1000), nonce: null };
    expect(checkDpopProof(prove(), expected)).toEqual(checked);
    expect(checkDpopProof(prove({ nonce: 'n-1' }), expected)).toEqual({ ...checked, nonce: 'n-1' });
  });

  it.each<[string, Changes, Changes?]>([
    ['of another type', {}, { typ: 'JWT' }],
    ['of no type', {}, { typ: undefined }],
    ['with an extension that must be understood', {}, { crit: ['b64'] }],
    ['with another algorithm', {}, { alg: 'HS256' }],
    ['without its key', {}, { jwk: undefined }],
    ['with nothing for a key', {}, { jwk: null }],
    ['with a text for a key', {}, { jwk: 'key' }],
    ['with the key of another', {}, { jwk: makeDeviceKey().publicJwk }],
    ['that gives the private key away', {}, { jwk: { ...device.publicJwk, d: 'AAAA' } }],
    ['of another method', { htm: 'GET' }],
    ['of a method in lower case', { htm: 'post' }],
    ['of no method', { htm: undefined }],
    ['of another path', { htu: 'https://store.example/auth' }],
    ['of another host', { htu: 'https://other.example/auth/verify' }],
    ['of another port', { htu: 'https://store.example:8443/auth/verify' }],
    ['of another scheme', { htu: 'http://store.example/auth/verify' }],
    ['of a part of an address', { htu: '/auth/verify' }],
    ['of no address', { htu: undefined }],
    ['of an address that is a number', { htu: 1 }],
    ['of another token', { ath: hashOf('another.token') }],
    ['of no token', { ath: undefined }],
    ['without an id', { jti: undefined }],
    ['with a number for an id', { jti: 12_345_678 }],
    ['with an id that is easily the same', { jti: '1234567' }],
    ['with an id that is too long to be kept', { jti: 'x'.repeat(257) }],
    ['of no time', { iat: undefined }],
    ['with a text for a time', { iat: String(seconds) }],
    ['of a time after all time', { iat: 8.64e12 }],
    ['of a time before all time', { iat: -8.64e12 }],
    ['with a number for a nonce', { nonce: 1 }],
  ])('takes none %s', (_what, changes, header) => {
    expect(checkDpopProof(prove(changes, header), expected)).toBeNull();
  });

  it.each<[string, Changes]>([
    ['an id of 8 characters', { jti: '12345678' }],
    ['an id of 256 characters', { jti: 'x'.repeat(256) }],
    ['the last second of all time', { iat: 8.64e12 - 1 }],
    ['an address with a query and a fragment', { htu: `${htu}?a=1#b` }],
    ['an address with its standard port', { htu: 'https://STORE.example:443/auth/verify' }],
  ])('takes %s', (_what, changes) => {
    expect(checkDpopProof(prove(changes), expected)).not.toBeNull();
  });

  it('compares addresses without their queries', () => {
    expect(checkDpopProof(prove(), { ...expected, htu: `${htu}?a=1` })).not.toBeNull();
  });

  it('takes none for a request whose address is none, unless both spell it alike', () => {
    expect(checkDpopProof(prove(), { ...expected, htu: 'no address' })).toBeNull();
    expect(checkDpopProof(prove({ htu: 'no address' }), { ...expected, htu: 'no address' })).not.toBeNull();
  });

  it('takes none for a token that is bound to another key', () => {
    const other = makeDeviceKey().publicJwk;
    const bound = thumbprintOf({ crv: other['crv'], kty: other['kty'], x: other['x'], y: other['y'] });
    expect(checkDpopProof(prove(), { ...expected, keyThumbprint: bound })).toBeNull();
  });

  it('takes none that was changed after it was signed, also of a key that it knows', () => {
    const proof = prove();
    expect(checkDpopProof(proof, expected)).not.toBeNull();
    const [header = '', payload = '', signature = ''] = proof.split('.');
    const changed = encode({ ...claims, jti: 'proof-02' });
    expect(checkDpopProof(`${header}.${changed}.${signature}`, expected)).toBeNull();
    expect(checkDpopProof(`${header}.${payload}.${'A'.repeat(86)}`, expected)).toBeNull();
  });

  it('takes none of a key that cannot be used', () => {
    const odd = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });
    const bound = thumbprintOf({ crv: odd.crv, kty: odd.kty, x: odd.x, y: odd.y });
    expect(checkDpopProof(prove({}, { jwk: odd }), { ...expected, keyThumbprint: bound })).toBeNull();
  });

  it('takes none of more than 4,096 characters, and no text that is none', () => {
    expect(checkDpopProof(prove({ more: 'x'.repeat(3072) }), expected)).toBeNull();
    for (const text of ['', '..', 'a.b.c', token]) expect(checkDpopProof(text, expected)).toBeNull();
  });

  it('takes one of a key on Ed25519, whose thumbprint has three members', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const jwk = publicKey.export({ format: 'jwk' });
    const input = [{ typ: 'dpop+jwt', alg: 'EdDSA', jwk }, claims].map(encode).join('.');
    const proof = `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`;
    const bound = thumbprintOf({ crv: jwk.crv, kty: jwk.kty, x: jwk.x });
    expect(checkDpopProof(proof, { ...expected, keyThumbprint: bound })?.jti).toBe('proof-01');
  });
});
