import { describe, expect, it } from 'vitest';
import { toPrintable, toPrintableLines } from './printable.js';

describe('a text from outside', () => {
  it.each([
    ['a terminal escape', 'An\u001b[2Jna', 'An [2Jna'],
    ['an escape of eight bits', 'a\u009b31mb', 'a 31mb'],
    ['line breaks', 'a\r\nb\u2028c\u2029d', 'a b c d'],
    ['a character that turns the direction', 'a\u202eb', 'a b'],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['letters of any language', 'Café 支付 🍕', 'Café 支付 🍕'],
  ])('is printable with %s', (_case, text, printable) => {
    expect(toPrintable(text)).toBe(printable);
  });

  it('keeps its own lines where it may have several', () => {
    expect(toPrintableLines('a\u001b[2J\nb\r')).toBe('a [2J\nb ');
  });
});
