import { describe, expect, it } from 'vitest';
import { LoginQueue } from './login-queue.js';

const startMs = 1_795_521_600_000;
const timeoutSeconds = 5;

/** Returns the times of a request that the broker sent so many seconds after the start, by a clock that differs. */
function sentAfter(seconds: number, clockDifferenceSeconds = 0) {
  const iat = Math.floor(startMs / 1000) + seconds + clockDifferenceSeconds;
  return { iat, exp: iat + timeoutSeconds };
}

describe('LoginQueue', () => {
  it.each([0, -3600, 3600])(
    'drops a login request once the broker has stopped waiting for it, with a clock that differs by %i s',
    (difference) => {
      const queue = new LoginQueue();
      const isAbandoned = (sent: number, readAfterMs: number) =>
        queue.isAbandoned(sentAfter(sent, difference), startMs + sent * 1000 + readAfterMs);
      expect(isAbandoned(0, 10)).toBe(false);
      expect(isAbandoned(0, 6000)).toBe(false);
      expect(isAbandoned(0, 6100)).toBe(true);
      expect(isAbandoned(6, 200)).toBe(false);
    },
  );

  it('admits peers again within 20 s after the clock of the broker was set back', () => {
    const queue = new LoginQueue();
    const answers = Array.from({ length: 60 }, (_, second) =>
      queue.isAbandoned(sentAfter(second, second < 20 ? 0 : -60), startMs + second * 1000),
    );
    expect(answers.slice(0, 20)).not.toContain(true);
    expect(answers[20]).toBe(true);
    expect(answers.slice(41)).not.toContain(true);
  });
});
