import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readTokenStatusList, statusReferenceOf } from './token-status-list.js';

const issuer = 'https://auth.example';
const uri = `${issuer}/status-list`;
const issuedAt = new Date('2026-11-24T12:00:00Z');

const pack = (bytes: Buffer) => deflateSync(bytes).toString('base64url');
/** The example of the draft, section 4.1: 1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1. */
const oneBit = { bits: 1, lst: pack(Buffer.from([0xb9, 0xa3])) };
/** Section 4.2: 1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3. */
const twoBits = { bits: 2, lst: pack(Buffer.from([0xc9, 0x44, 0xf9])) };

function read(payload: Record<string, unknown> = {}, header: Record<string, unknown> = {}) {
  const jws = {
    header: { typ: 'statuslist+jwt', ...header },
    payload: { iss: issuer, sub: uri, iat: issuedAt.getTime() / 1000, status_list: oneBit, ...payload },
    signingInput: '',
    signature: '',
  };
  return readTokenStatusList(jws, issuer, uri);
}

const setOf = (payload: Record<string, unknown>, count: number) =>
  [...Array(count).keys()].map((index) => (read(payload)?.isSet(index) ? 1 : 0));

describe('readTokenStatusList', () => {
  it('reads one-bit entries from the lowest bit of each byte', () => {
    expect(setOf({}, 16)).toEqual([1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
  });

  it('treats an entry of several bits as set unless it is "valid"', () => {
    expect(setOf({ status_list: twoBits }, 12)).toEqual([1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1]);
    expect(setOf({ status_list: { bits: 4, lst: pack(Buffer.from([0x0f, 0x80])) } }, 4)).toEqual([
      1, 0, 0, 1,
    ]);
    expect(setOf({ status_list: { bits: 8, lst: pack(Buffer.from([0x00, 0x80])) } }, 2)).toEqual([0, 1]);
  });

  it('treats an index beyond its end as not set', () => {
    expect(read()?.isSet(16)).toBe(false);
    expect(read()?.entryCount).toBe(16);
    expect(read({ status_list: twoBits })?.entryCount).toBe(12);
  });

  it('returns its address and when to fetch the next', () => {
    expect(read({ ttl: 3600 })).toMatchObject({ uri, issuedAt, ttlSeconds: 3600 });
  });

  it.each([
    [undefined, 300],
    ['60', 300],
    [59, 60],
    [61, 61],
    [-1, 60],
    [1e300, 86_400],
  ])('is fetched again after its time to live: %s becomes %i s', (ttl, expected) => {
    expect(read({ ttl })?.ttlSeconds).toBe(expected);
  });

  it('accepts a list without an issuer, as the draft allows', () => {
    expect(read({ iss: undefined })).not.toBeNull();
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>?]>([
    ['of another type', {}, { typ: 'at+jwt' }],
    ['without a type', {}, { typ: undefined }],
    ['of another address', { sub: `${uri}/2` }],
    ['of another issuer', { iss: 'https://other.example' }],
    ['without a time', { iat: undefined }],
    ['without a list', { status_list: undefined }],
    ['with a null list', { status_list: null }],
    ['with entries of three bits', { status_list: { ...oneBit, bits: 3 } }],
    ['without an entry size', { status_list: { lst: oneBit.lst } }],
    ['with an entry size that is a text', { status_list: { ...oneBit, bits: '1' } }],
    ['without its bytes', { status_list: { bits: 1 } }],
    ['that does not unpack', { status_list: { bits: 1, lst: 'AAAA' } }],
    [
      'that unpacks to more than 4 MiB',
      { status_list: { bits: 1, lst: pack(Buffer.alloc(4 * 1024 ** 2 + 1)) } },
    ],
  ])('rejects a list %s', (_what, payload, header) => {
    expect(read(payload, header)).toBeNull();
  });

  it('reads a list that unpacks to 4 MiB', () => {
    expect(read({ status_list: { bits: 1, lst: pack(Buffer.alloc(4 * 1024 ** 2, 1)) } })?.isSet(8)).toBe(
      true,
    );
  });
});

describe('statusReferenceOf', () => {
  it.each([0, 9])('returns the index %i', (idx) => {
    expect(statusReferenceOf({ status: { status_list: { idx, uri } } })).toEqual({ uri, index: idx });
  });

  it.each<[string, unknown]>([
    ['no status', undefined],
    ['a null status', null],
    ['another kind of status', {}],
    ['no reference', { status_list: null }],
    ['no address', { status_list: { idx: 9 } }],
    ['an address that is not a text', { status_list: { idx: 9, uri: 1 } }],
    ['no index', { status_list: { uri } }],
    ['an index that is a text', { status_list: { idx: '9', uri } }],
    ['a negative index', { status_list: { idx: -1, uri } }],
    ['a fractional index', { status_list: { idx: 1.5, uri } }],
  ])('returns null for %s', (_what, status) => {
    expect(statusReferenceOf({ status })).toBeNull();
  });
});
