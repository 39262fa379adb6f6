import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretBox, UnsealError } from './secret-box.js';

const key = randomBytes(32);
const box = new SecretBox(key);

describe('SecretBox', () => {
  it('decrypts every value that it encrypted', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (context, value) => {
        expect(box.open(context, box.seal(context, value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('encrypts the same value differently each time', () => {
    expect(box.seal('a', 'secret')).not.toBe(box.seal('a', 'secret'));
  });

  it('decrypts a value only in its context', () => {
    const sealed = box.seal('license.secrets', 'secret');
    expect(() => box.open('pending_revocation.secrets', sealed)).toThrow(UnsealError);
    expect(() => box.open('', sealed)).toThrow(UnsealError);
  });

  it('rejects a value of another key and names the remedy', () => {
    const sealed = new SecretBox(randomBytes(32)).seal('license.secrets', 'secret');
    expect(() => box.open('license.secrets', sealed)).toThrow(
      /license\.secrets cannot be decrypted.*ENCRYPTION_KEY.*Put back the key/s,
    );
  });

  it('detects every changed or missing byte', () => {
    const [version, body = ''] = box.seal('a', { refreshToken: 'secret' }).split('.');
    const bytes = Buffer.from(body, 'base64url');
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => box.open('a', `${version}.${changed.toString('base64url')}`)).toThrow(UnsealError);
      const cut = bytes.subarray(0, index).toString('base64url');
      expect(() => box.open('a', `${version}.${cut}`)).toThrow(UnsealError);
    }
  });

  it('rejects any other text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => box.open('a', text)).toThrow(UnsealError);
      }),
    );
  });

  it('never includes the value in its error', () => {
    const sealed = box.seal('a', 'canary');
    const open = (): unknown => box.open('b', sealed);
    expect(open).toThrow(UnsealError);
    expect(open).not.toThrow(/canary/);
  });

  it.each([0, 16, 31, 33])('rejects a key of %i bytes', (length) => {
    expect(() => new SecretBox(randomBytes(length))).toThrow(/32 bytes/);
  });
});
