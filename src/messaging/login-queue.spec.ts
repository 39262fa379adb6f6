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
    'drops a login request after half of the time that the broker waits, with a clock that differs by %i s',
    (difference) => {
      const queue = new LoginQueue();
      const isLate = (sent: number, readAfterMs: number) =>
        queue.isLate(sentAfter(sent, difference), startMs + sent * 1000 + readAfterMs);
      expect(isLate(0, 10)).toBe(false);
      expect(isLate(0, 2500)).toBe(false);
      expect(isLate(0, 2600)).toBe(true);
      expect(isLate(6, 200)).toBe(false);
    },
  );

  it('admits peers again within 20 s after the clock of the broker was set back', () => {
    const queue = new LoginQueue();
    const answers = Array.from({ length: 60 }, (_, second) =>
      queue.isLate(sentAfter(second, second < 20 ? 0 : -60), startMs + second * 1000),
    );
    expect(answers.slice(0, 20)).not.toContain(true);
    expect(answers[20]).toBe(true);
    expect(answers.slice(41)).not.toContain(true);
  });
});
