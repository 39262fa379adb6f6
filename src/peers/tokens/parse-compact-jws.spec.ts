import { describe, expect, it } from 'vitest';
import { parseCompactJws } from './parse-compact-jws.js';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = { alg: 'ES256', typ: 'at+jwt' };
const payload = { sub: 'Straße' };
const text = `${encode(header)}.${encode(payload)}.c2lnbmVk`;

describe('parseCompactJws', () => {
  it('returns its parts and the signed bytes', () => {
    expect(parseCompactJws(text)).toEqual({
      header,
      payload,
      signingInput: `${encode(header)}.${encode(payload)}`,
      signature: 'c2lnbmVk',
    });
  });

  it('parses a header of any length identically again and freezes cached ones', () => {
    const long = { ...header, jwk: { x: 'x'.repeat(200) } };
    for (const each of [header, long, header, long]) {
      expect(parseCompactJws(`${encode(each)}.${encode(payload)}.AA`)?.header).toEqual(each);
    }
    const read = parseCompactJws(text)?.header as Record<string, unknown>;
    expect(() => (read['alg'] = 'none')).toThrow(TypeError);
    expect(parseCompactJws(text)?.header).toBe(read);
  });

  it('caches a limited number of headers', () => {
    const first = parseCompactJws(text)?.header;
    for (let index = 0; index < 16; index += 1) {
      parseCompactJws(`${encode({ ...header, kid: index })}.${encode(payload)}.AA`);
    }
    expect(parseCompactJws(text)?.header).not.toBe(first);
    expect(parseCompactJws(text)?.header).toEqual(header);
  });

  it('does not cache long headers', () => {
    const long = `${encode({ ...header, kid: 'x'.repeat(120) })}.${encode(payload)}.AA`;
    expect(parseCompactJws(long)?.header).not.toBe(parseCompactJws(long)?.header);
  });

  it('accepts a text of the maximum length and rejects a longer one', () => {
    expect(parseCompactJws(text, text.length)).not.toBeNull();
    expect(parseCompactJws(text, text.length - 1)).toBeNull();
    const filled = (length: number) => text + 'A'.repeat(length - text.length);
    expect(parseCompactJws(filled(11_000))).not.toBeNull();
    expect(parseCompactJws(filled(11_000 + 1))).toBeNull();
  });

  it.each([
    ['nothing', ''],
    ['two parts', text.slice(0, text.lastIndexOf('.'))],
    ['no signature', text.slice(0, text.lastIndexOf('.') + 1)],
    ['no header', text.slice(text.indexOf('.'))],
    ['four parts', `${text}.AA`],
    ['a leading space', ` ${text}`],
    ['a trailing line break', `${text}\n`],
    ['a character outside base64url', text.replace('.', '.+')],
    ['a header that is not JSON', `AAAA.${encode(payload)}.AA`],
    ['a header that is a list', `${encode([header])}.${encode(payload)}.AA`],
    ['a header that is null', `${encode(null)}.${encode(payload)}.AA`],
    ['a payload that is a number', `${encode(header)}.${encode(7)}.AA`],
    ['a payload that is a list', `${encode(header)}.${encode([])}.AA`],
    ['a payload that is not JSON', `${encode(header)}.AAAA.AA`],
  ])('rejects %s', (_what, odd) => {
    expect(parseCompactJws(odd)).toBeNull();
  });
});
