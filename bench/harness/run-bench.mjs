import { listenForStop } from '../../scripts/start/listen-for-stop.mjs';
import { Stage } from '../stage/stage.mjs';
import { describeMachine } from './describe-machine.mjs';
import { measureRow } from './measure-row.mjs';
import { Progress } from './progress.mjs';
import { readArguments } from './read-arguments.mjs';
import { rows } from './rows.mjs';
import { writeResults } from './write-results.mjs';
import { findShortfalls, formatRow } from './format-results.mjs';

const EXIT_STOPPED = 130;

/**
 * Runs the rows that the command line names, or all of them, and ends this process.
 * @param {readonly string[]} words
 */
export async function runBench(words) {
  const { isCheck, isQuick, names } = readArguments(
    words,
    rows.map(({ name }) => name),
  );
  const stage = await Stage.open();
  let isStopping = false;
  listenForStop({
    onStop: () => {
      isStopping = true;
      void stage.close().then(() => process.exit(EXIT_STOPPED));
    },
    onStopAtOnce: () => process.exit(EXIT_STOPPED),
  });
  const progress = new Progress(process.stdout);
  const machine = describeMachine();
  const startedAt = new Date();
  /** @type {import('./measure-row.mjs').RowResult[]} */
  const results = [];
  try {
    for (const row of rows.filter(({ name }) => names.includes(name))) {
      const onProgress = (/** @type {string} */ text) => progress.show(`${row.title}: ${text}`);
      const result = await measureRow(row, stage, { isQuick, onProgress });
      results.push(result);
      progress.clear();
      console.log(formatRow(result));
    }
  } catch (error) {
    // While all is being ended, the row that runs cannot but fail.
    if (isStopping) await new Promise(() => {});
    throw error;
  } finally {
    progress.clear();
    await stage.close();
  }
  const isWhole = names.length === rows.length && !isQuick;
  if (isWhole) console.log(`Written to ${writeResults({ startedAt, machine, results })}`);
  const shortfalls = findShortfalls(results);
  for (const shortfall of shortfalls) console.log(`Falls short: ${shortfall}`);
  if (shortfalls.length === 0) console.log('Every target is met.');
  process.exit(isCheck && shortfalls.length > 0 ? 1 : 0);
}
