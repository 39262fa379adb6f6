import { listenForStop } from '../../scripts/start/listen-for-stop.mjs';
import { Fixtures } from '../fixtures/fixtures.mjs';
import { describeMachine } from './describe-machine.mjs';
import { measureBenchmark } from './measure-benchmark.mjs';
import { Progress } from './progress.mjs';
import { readArguments } from './read-arguments.mjs';
import { benchmarks } from './benchmarks.mjs';
import { writeResults } from './write-results.mjs';
import { findShortfalls, formatBenchmark } from './format-results.mjs';

const EXIT_STOPPED = 130;

/**
 * Runs the benchmarks that the command line names, or all of them, and ends this process.
 * @param {readonly string[]} words
 */
export async function runBench(words) {
  const { isCheck, isQuick, names } = readArguments(
    words,
    benchmarks.map(({ name }) => name),
  );
  const fixtures = await Fixtures.open();
  let isStopping = false;
  listenForStop({
    onStop: () => {
      isStopping = true;
      void fixtures.close().then(() => process.exit(EXIT_STOPPED));
    },
    onStopAtOnce: () => process.exit(EXIT_STOPPED),
  });
  const progress = new Progress(process.stdout);
  const machine = describeMachine();
  const startedAt = new Date();
  /** @type {import('./measure-benchmark.mjs').BenchmarkResult[]} */
  const results = [];
  try {
    for (const benchmark of benchmarks.filter(({ name }) => names.includes(name))) {
      const onProgress = (/** @type {string} */ text) => progress.show(`${benchmark.title}: ${text}`);
      const result = await measureBenchmark(benchmark, fixtures, { isQuick, onProgress });
      results.push(result);
      progress.clear();
      console.log(formatBenchmark(result));
    }
  } catch (error) {
    // While all is being ended, the benchmark that runs cannot but fail.
    if (isStopping) await new Promise(() => {});
    throw error;
  } finally {
    progress.clear();
    await fixtures.close();
  }
  const isWhole = names.length === benchmarks.length && !isQuick;
  if (isWhole) console.log(`Written to ${writeResults({ startedAt, machine, results })}`);
  const shortfalls = findShortfalls(results);
  for (const shortfall of shortfalls) console.log(`Falls short: ${shortfall}`);
  if (shortfalls.length === 0) console.log('Every target is met.');
  process.exit(isCheck && shortfalls.length > 0 ? 1 : 0);
}
