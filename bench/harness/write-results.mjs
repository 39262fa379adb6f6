import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { rootDir } from '../fixtures/root-dir.mjs';
import { formatNumber } from './format-results.mjs';

/** @typedef {import('./measure-benchmark.mjs').BenchmarkResult} BenchmarkResult */
/** @typedef {{ startedAt: Date, machine: import('./describe-machine.mjs').Machine, results: BenchmarkResult[], failed: string[] }} Run */

/**
 * Writes the results of a run as Markdown and as JSON.
 * @param {Run} run
 * @returns {string} the path of the table
 */
export function writeResults(run) {
  const name = run.startedAt.toISOString().slice(0, 16).replaceAll(':', '');
  const path = join(rootDir, 'bench/results', name);
  writeFileSync(`${path}.json`, `${JSON.stringify(run, null, 2)}\n`);
  writeFileSync(`${path}.md`, formatRun(run));
  return relative(rootDir, `${path}.md`);
}

/** @param {Run} run @returns {string} */
function formatRun({ startedAt, machine, results, failed }) {
  const { processor, cores, memoryGiB, node, loadAverage } = machine;
  const lines = [
    `# Benchmarks of ${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    '',
    `${processor}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, load average ${loadAverage} at the start. ` +
      'A ratio is the median of the ratios of the rounds; a figure is a median.',
    '',
    '| benchmark | | value | target | |',
    '| --- | --- | --- | --- | --- |',
    ...results.flatMap(({ name, exception, judged }) =>
      judged.map(({ what, value, wanted, isMet, isNoisy }) => {
        const missed = exception !== undefined ? 'excepted' : isNoisy ? 'not judged' : '**not met**';
        const verdict = isMet ? 'met' : missed;
        return `| ${name} | ${what} | ${formatNumber(value)} | ${wanted} | ${verdict} |`;
      }),
    ),
    ...failed.flatMap((line) => ['', `Failed: ${line}`]),
    ...results.flatMap((result) => ['', ...formatBenchmark(result)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** @param {BenchmarkResult} result */
function formatBenchmark({ title, how, rounds, figures, medians }) {
  const names = Object.keys(figures);
  return [
    `## ${title}`,
    '',
    `${how} ${rounds} rounds.`,
    '',
    `| | ${names.map((name) => `${name}, ${figures[name]}`).join(' | ')} |`,
    `| --- | ${names.map(() => '---').join(' | ')} |`,
    ...Object.entries(medians).map(
      ([contender, values]) =>
        `| ${contender} | ${names.map((name) => (values[name] === undefined ? '' : formatNumber(values[name]))).join(' | ')} |`,
    ),
  ];
}
