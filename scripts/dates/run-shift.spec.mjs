import { expect, it } from 'vitest';
import { readOutcome } from './run-shift.mjs';

const file = (
  /** @type {string} */ name,
  /** @type {string} */ status,
  /** @type {string[]} */ ...tests
) => ({
  name: `/repo/${name}`,
  status,
  assertionResults: tests.map((test, index) => ({
    ancestorTitles: ['a part'],
    title: `test ${index + 1}`,
    status: test,
  })),
});

it('readOutcome names each test that passed, and each test and each file that failed', () => {
  const testResults = [
    file('src/a.spec.ts', 'passed', 'passed', 'passed', 'skipped'),
    file('src/b.spec.ts', 'failed', 'passed', 'failed'),
    file('src/c.spec.ts', 'failed', 'skipped'),
  ];
  expect(readOutcome(JSON.stringify({ testResults }), '/repo')).toEqual({
    passed: ['src/a.spec.ts: a part test 1', 'src/a.spec.ts: a part test 2', 'src/b.spec.ts: a part test 1'],
    failed: ['src/b.spec.ts: a part test 2', 'src/c.spec.ts: failed before or after its tests'],
  });
});
