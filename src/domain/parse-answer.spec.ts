import { describe, expect, it } from 'vitest';
import { parseAnswer } from './parse-answer.js';

describe('parseAnswer', () => {
  it.each(['', '{', 'null', '[]', '[{}]', '"text"', '7', 'true'])('refuses %j', (text) => {
    expect(parseAnswer(text)).toBeNull();
  });

  it('leaves out null members and an ID token, and keeps all others', () => {
    const answer = { access_token: 'a', scope: null, id_token: 'x.y.z', expires_in: 0, extra: false };
    expect(parseAnswer(JSON.stringify(answer))).toEqual({ access_token: 'a', expires_in: 0, extra: false });
  });

  it.each([
    ['5', 5],
    ['"5"', 5],
    ['0.5', 0.5],
  ])('reads the interval %s as a number', (text, interval) => {
    expect(parseAnswer(`{"interval":${text}}`)).toEqual({ interval });
  });

  it.each(['0', '-1', '"soon"', '""', '1e999', '"Infinity"', '[5]', 'true', 'null'])(
    'leaves out the interval %s',
    (text) => {
      expect(parseAnswer(`{"interval":${text}}`)).toEqual({});
    },
  );
});
