import { describe, expect, it } from 'vitest';
import { ProgressReporter } from './progress-reporter.mjs';

/** @param {number} index @param {number} durationMs */
const file = (index, durationMs) => ({
  project: { name: 'e2e' },
  relativeModuleId: `test/file-${index}.e2e-spec.ts`,
  diagnostic: () =>
    /** @type {import('vitest/node').ModuleDiagnostic} */ ({ collectDuration: 100, duration: durationMs }),
});

/** @param {boolean} isTerminal */
function run(isTerminal) {
  /** @type {string[]} */
  const lines = [];
  let nowMs = 0;
  const reporter = new ProgressReporter({
    isTerminal,
    print: (line) => void lines.push(line),
    nowMs: () => nowMs,
  });
  reporter.onTestRunStart(Array.from({ length: 12 }));
  for (let index = 1; index <= 12; index += 1) {
    nowMs += 6000;
    if (index === 3) reporter.onTestCaseResult({ result: () => ({ state: 'failed' }) });
    reporter.onTestCaseResult({ result: () => ({ state: 'passed' }) });
    reporter.onTestModuleEnd(file(index, index * 1000));
  }
  reporter.onTestRunEnd();
  return lines;
}

describe('ProgressReporter', () => {
  it('writes the progress into a log at most every ten seconds', () => {
    const lines = run(false);
    expect(lines.slice(0, -1)).toEqual([
      '2 of 12 files, 0:12 min, no failures so far',
      '4 of 12 files, 0:24 min, 1 test failed so far',
      '6 of 12 files, 0:36 min, 1 test failed so far',
      '8 of 12 files, 0:48 min, 1 test failed so far',
      '10 of 12 files, 1:00 min, 1 test failed so far',
      '12 of 12 files, 1:12 min, 1 test failed so far',
    ]);
  });

  it('lists the ten slowest files at the end, the slowest first', () => {
    const [title, ...slowest] = run(false).at(-1)?.split('\n') ?? [];
    expect(title).toBe('The slowest files:');
    expect(slowest).toHaveLength(10);
    expect(slowest[0]).toBe('   12.1 s  e2e test/file-12.e2e-spec.ts');
    expect(slowest.at(-1)).toBe('    3.1 s  e2e test/file-3.e2e-spec.ts');
  });

  it('does not report the progress at a terminal', () => {
    expect(run(true)).toEqual([expect.stringContaining('The slowest files:')]);
  });
});
