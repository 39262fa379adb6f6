import { createHash, randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { expectNoGrowth, type MeasuredProcess, measureMemory } from './measure-memory.js';
import { reportFigure } from './report-figure.js';

/** `FUZZ_CASES=200000` runs the long form. The number covers all fuzz tests of the service together. */
const allCases = Number(process.env['FUZZ_CASES'] ?? 4000);
/** `FUZZ_SEED=…` repeats a run. */
const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));

/** The test file for which `chooseInt` has printed the seed. */
let printedFor: string | undefined;

/**
 * Returns a whole number from `first` up to and without `end`, as `randomInt` does, which `FUZZ_SEED` repeats.
 * @param what names the choice, because each choice of a run has its own number
 */
export function chooseInt(what: string, first: number, end: number): number {
  const { testPath } = expect.getState();
  if (printedFor !== testPath) process.stdout.write(`FUZZ_SEED=${seed}\n`);
  printedFor = testPath;
  const hash = createHash('sha256').update(`${seed} ${what}`).digest();
  return first + (hash.readUInt32BE() % (end - first));
}

/** A share of the cases of this run, with its time limit. */
export interface FuzzShare {
  /** The row of docs/assurance.md that reports the figure. */
  readonly row: 'S2' | 'S9' | 'S17' | 'R19' | null;
  readonly cases: number;
  readonly timeoutMs: number;
}

/** @param percent the percentage of all cases of the run */
export function shareOfCases(row: FuzzShare['row'], percent: number): FuzzShare {
  const cases = Math.max(10, Math.round((allCases * percent) / 100));
  return { row, cases, timeoutMs: 120_000 + cases * 30 };
}

/**
 * Passes the cases to `check`, `atOnce` of them concurrently, and reports their number and the seed that repeats them.
 * The run fails if one case fails, with the smallest failing one.
 */
export async function fuzz<Case>(
  what: string,
  { row, cases, timeoutMs }: FuzzShare,
  arbitrary: fc.Arbitrary<Case>,
  check: (one: Case) => Promise<void> | void,
  atOnce = 1,
): Promise<void> {
  const startedAt = performance.now();
  const together = fc.array(arbitrary, { minLength: atOnce, maxLength: atOnce });
  const numRuns = Math.ceil(cases / atOnce);
  await fc.assert(
    fc.asyncProperty(together, async (all) => void (await Promise.all(all.map(async (one) => check(one))))),
    // Limits the search for the smallest failing case too.
    { seed, numRuns, interruptAfterTimeLimit: 0.9 * timeoutMs, markInterruptAsFailure: true },
  );
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${numRuns * atOnce} ${what} in ${seconds} s, FUZZ_SEED=${seed}\n`);
  if (row !== null) reportFigure(row, `${(numRuns * atOnce).toLocaleString('en')} ${what}`);
}

/**
 * Fuzzes a process after a warm-up with a tenth of the cases, and checks that the cases leave nothing in its memory.
 * @param prepare creates the cases of each of the two runs, because the first may have ended a session
 */
export async function fuzzWithoutGrowth<Case>(
  service: MeasuredProcess,
  what: string,
  share: FuzzShare,
  prepare: () => fc.Arbitrary<Case> | Promise<fc.Arbitrary<Case>>,
  check: (one: Case) => Promise<void> | void,
  atOnce = 1,
): Promise<void> {
  const warmUp = { ...share, row: null, cases: Math.ceil(share.cases / 10) };
  await fuzz(`${what}, to warm up`, warmUp, await prepare(), check, atOnce);
  const held = await measureMemory(service);
  await fuzz(what, share, await prepare(), check, atOnce);
  expectNoGrowth(held, await measureMemory(service), share.cases);
}
