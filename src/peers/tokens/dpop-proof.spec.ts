import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashOf, makeDeviceKey } from '../../../test/support/device-key.js';
import { checkDpopProof } from './dpop-proof.js';

const token = 'header.payload.signature';
const htu = 'https://store.example/auth/verify';
const seconds = Date.parse('2026-11-24T12:00:00Z') / 1000;

const device = makeDeviceKey();
const { kty, crv, x, y } = device.publicJwk;
/** The required members of the key in alphabetical order (RFC 7638 section 3). */
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
  it('accepts a proof of the key that the token is bound to and returns its time', () => {
    const checked = { jti: 'proof-01', issuedAt: new Date(seconds * 1000), nonce: null };
    expect(checkDpopProof(prove(), expected)).toEqual(checked);
    expect(checkDpopProof(prove({ nonce: 'n-1' }), expected)).toEqual({ ...checked, nonce: 'n-1' });
  });

  it.each<[string, Changes, Changes?]>([
    ['of another type', {}, { typ: 'JWT' }],
    ['without a type', {}, { typ: undefined }],
    ['with an extension that must be understood', {}, { crit: ['b64'] }],
    ['with another algorithm', {}, { alg: 'HS256' }],
    ['without its key', {}, { jwk: undefined }],
    ['with null as key', {}, { jwk: null }],
    ['with a text as key', {}, { jwk: 'key' }],
    ['with the key of another device', {}, { jwk: makeDeviceKey().publicJwk }],
    ['that contains the private key', {}, { jwk: { ...device.publicJwk, d: 'AAAA' } }],
    ['for another method', { htm: 'GET' }],
    ['for a method in lower case', { htm: 'post' }],
    ['without a method', { htm: undefined }],
    ['for another path', { htu: 'https://store.example/auth' }],
    ['for another host', { htu: 'https://other.example/auth/verify' }],
    ['for another port', { htu: 'https://store.example:8443/auth/verify' }],
    ['for another scheme', { htu: 'http://store.example/auth/verify' }],
    ['for a partial address', { htu: '/auth/verify' }],
    ['without an address', { htu: undefined }],
    ['for an address that is a number', { htu: 1 }],
    ['for another token', { ath: hashOf('another.token') }],
    ['without a token', { ath: undefined }],
    ['without an id', { jti: undefined }],
    ['with a number as id', { jti: 12_345_678 }],
    ['with an id of 7 characters', { jti: '1234567' }],
    ['with an id of 257 characters', { jti: 'x'.repeat(257) }],
    ['without a time', { iat: undefined }],
    ['with a text as time', { iat: String(seconds) }],
    ['with a time above the range of Date', { iat: 8.64e12 }],
    ['with a time below the range of Date', { iat: -8.64e12 }],
    ['with a number as nonce', { nonce: 1 }],
  ])('rejects a proof %s', (_what, changes, header) => {
    expect(checkDpopProof(prove(changes, header), expected)).toBeNull();
  });

  it.each<[string, Changes]>([
    ['an id of 8 characters', { jti: '12345678' }],
    ['an id of 256 characters', { jti: 'x'.repeat(256) }],
    ['the last second in the range of Date', { iat: 8.64e12 - 1 }],
    ['an address with a query and a fragment', { htu: `${htu}?a=1#b` }],
    ['an address with its standard port', { htu: 'https://STORE.example:443/auth/verify' }],
  ])('accepts a proof with %s', (_what, changes) => {
    expect(checkDpopProof(prove(changes), expected)).not.toBeNull();
  });

  it('compares addresses without their queries', () => {
    expect(checkDpopProof(prove(), { ...expected, htu: `${htu}?a=1` })).not.toBeNull();
  });

  it('rejects a proof for an invalid address unless both are identical', () => {
    expect(checkDpopProof(prove(), { ...expected, htu: 'no address' })).toBeNull();
    expect(checkDpopProof(prove({ htu: 'no address' }), { ...expected, htu: 'no address' })).not.toBeNull();
  });

  it('rejects a proof for a token that is bound to another key', () => {
    const other = makeDeviceKey().publicJwk;
    const bound = thumbprintOf({ crv: other['crv'], kty: other['kty'], x: other['x'], y: other['y'] });
    expect(checkDpopProof(prove(), { ...expected, keyThumbprint: bound })).toBeNull();
  });

  it('rejects a proof that was changed after signing, even of a cached key', () => {
    const proof = prove();
    expect(checkDpopProof(proof, expected)).not.toBeNull();
    const [header = '', payload = '', signature = ''] = proof.split('.');
    const changed = encode({ ...claims, jti: 'proof-02' });
    expect(checkDpopProof(`${header}.${changed}.${signature}`, expected)).toBeNull();
    expect(checkDpopProof(`${header}.${payload}.${'A'.repeat(86)}`, expected)).toBeNull();
  });

  it('rejects a proof of an unusable key', () => {
    const odd = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });
    const bound = thumbprintOf({ crv: odd.crv, kty: odd.kty, x: odd.x, y: odd.y });
    expect(checkDpopProof(prove({}, { jwk: odd }), { ...expected, keyThumbprint: bound })).toBeNull();
  });

  it('rejects a proof of more than 4,096 characters and a text that is not a proof', () => {
    expect(checkDpopProof(prove({ more: 'x'.repeat(3072) }), expected)).toBeNull();
    for (const text of ['', '..', 'a.b.c', token]) expect(checkDpopProof(text, expected)).toBeNull();
  });

  it('accepts a proof of an Ed25519 key, whose thumbprint has three members', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const jwk = publicKey.export({ format: 'jwk' });
    const input = [{ typ: 'dpop+jwt', alg: 'EdDSA', jwk }, claims].map(encode).join('.');
    const proof = `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`;
    const bound = thumbprintOf({ crv: jwk.crv, kty: jwk.kty, x: jwk.x });
    expect(checkDpopProof(proof, { ...expected, keyThumbprint: bound })?.jti).toBe('proof-01');
  });
});
