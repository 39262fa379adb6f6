import { describe, expect, it } from 'vitest';
import { formatNatsLine } from './format-nats-line.mjs';

const START = '[7054] 2026/11/24 04:46:44.457375 ';

describe('formatNatsLine', () => {
  it.each([
    [`${START}[WRN] Slow`, false, 'WRN Slow'],
    [`${START}[INF] Server is ready`, false, null],
    [`${START}[INF] Server is ready`, true, 'INF Server is ready'],
    [`${START}[INF] `, true, 'INF '],
    [`${START}[WRN] Plaintext passwords detected, use nkeys or bcrypt`, false, null],
    [
      'nats-server: store.conf:1:2: variable reference',
      false,
      'nats-server: store.conf:1:2: variable reference',
    ],
  ])('formats %j (verbose: %s) as %j', (line, isVerbose, expected) => {
    expect(formatNatsLine(line, { isVerbose })).toBe(expected);
  });
});
