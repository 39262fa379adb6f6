import { parseArgs } from 'node:util';
import { chooseNames } from '../../scripts/choose-names.mjs';
import { exitStopped, listenForStop } from '../../scripts/start/listen-for-stop.mjs';
import { Fixtures } from '../fixtures/fixtures.mjs';
import { describeMachine } from './describe-machine.mjs';
import { measureBenchmark } from './measure-benchmark.mjs';
import { Progress } from './progress.mjs';
import { benchmarks } from './benchmarks.mjs';
import { writeResults } from './write-results.mjs';
import { findShortfalls, formatBenchmark } from './format-results.mjs';

/**
 * Runs the chosen benchmarks and ends this process.
 * @param {string[]} words `[--check] [--quick] [benchmark …]`: `--check` fails if a target is missed, `--quick` runs fewer
 *   and shorter rounds
 */
export async function runBench(words) {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { check: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
  });
  const isQuick = values.quick;
  const names = chooseNames(
    positionals,
    benchmarks.map(({ name }) => name),
  );
  const fixtures = await Fixtures.open();
  let isStopping = false;
  listenForStop({
    onStop: () => {
      isStopping = true;
      void fixtures.close().then(() => process.exit(exitStopped));
    },
    onSecondStop: () => process.exit(exitStopped),
  });
  const progress = new Progress(process.stdout);
  const machine = describeMachine();
  const startedAt = new Date();
  /** @type {import('./measure-benchmark.mjs').BenchmarkResult[]} */
  const results = [];
  /** @type {string[]} */
  const failed = [];
  for (const benchmark of benchmarks.filter(({ name }) => names.includes(name))) {
    const onProgress = (/** @type {string} */ text) => progress.show(`${benchmark.title}: ${text}`);
    try {
      const result = await measureBenchmark(benchmark, fixtures, { isQuick, onProgress });
      results.push(result);
      progress.clear();
      console.log(formatBenchmark(result));
    } catch (error) {
      // The stop makes the running benchmark fail.
      if (isStopping) await new Promise(() => {});
      // The results of the others are worth keeping.
      progress.clear();
      failed.push(`${benchmark.name}: ${error instanceof Error ? error.message : String(error)}`);
      console.error(error);
    }
  }
  await fixtures.close();
  const isComplete = names.length === benchmarks.length && !isQuick;
  if (isComplete) console.log(`Written to ${writeResults({ startedAt, machine, results, failed })}`);
  const shortfalls = findShortfalls(results);
  report(failed, shortfalls);
  process.exit(failed.length > 0 || (values.check && shortfalls.missed.length > 0) ? 1 : 0);
}

/** @param {readonly string[]} failed @param {ReturnType<typeof findShortfalls>} shortfalls */
function report(failed, { missed, excepted, unjudged }) {
  for (const line of failed) console.log(`Failed: ${line}`);
  for (const line of missed) console.log(`Missed: ${line}`);
  for (const line of excepted) console.log(`Missed, with an exception (docs/performance.md): ${line}`);
  for (const line of unjudged) console.log(`Not judged, because the machine is too busy: ${line}`);
  if (failed.length + missed.length + unjudged.length > 0) return;
  console.log(excepted.length === 0 ? 'Every target is met.' : 'Every other target is met.');
}
