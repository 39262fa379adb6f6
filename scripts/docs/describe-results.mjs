import { formatNumber } from '../../bench/harness/format-results.mjs';
import { toTable } from './to-table.mjs';

/** @typedef {{ startedAt: string, machine: import('../../bench/harness/describe-machine.mjs').Machine, results: Result[], failed?: string[] }} Run as written to `bench/results`; JSON has `null` for `NaN` */
/** @typedef {{ name: string, exception?: string, judged: { what: string, value: number | null, wanted: string, isMet: boolean, isNoisy: boolean }[] }} Result */

/**
 * Describes the results of two runs of the benchmarks.
 * @param {readonly [name: string, run: Run]} first
 * @param {readonly [name: string, run: Run]} second
 * @returns {string} Markdown
 */
export function describeResults(first, second) {
  const { processor, cores, memoryGiB, node } = second[1].machine;
  const [one, other] = [first, second].map(
    ([name, { startedAt, machine }]) =>
      `[${startedAt.slice(0, 10)}, ${startedAt.slice(11, 16)} UTC](../bench/results/${name}.md), with a load of ${machine.loadAverage}`,
  );
  const rows = second[1].results.flatMap(({ name, exception, judged }) =>
    judged.map(({ what, value, wanted, isMet, isNoisy }) => {
      const before = first[1].results
        .find((result) => result.name === name)
        ?.judged.find((row) => row.what === what);
      const met = Number(before?.isMet ?? false) + Number(isMet);
      const isUnjudged = isNoisy && before?.isNoisy !== false;
      const unmet = exception !== undefined ? 'excepted' : isUnjudged ? 'not judged' : '**not met**';
      const verdict = [unmet, 'met once', 'met'][met] ?? '';
      const values = [before?.value, value].map((each) =>
        typeof each === 'number' ? formatNumber(each) : '',
      );
      return [`\`${name}\``, what, ...values, wanted, verdict];
    }),
  );
  return [
    `Two runs of \`npm run bench -- --check\` on ${processor}, ${cores} cores, ${memoryGiB} GiB, Node ${node}: ${one}, and ${other}. "A : B" compares A with the baseline B.`,
    '',
    toTable(['row', 'figure', 'first', 'second', 'target', ''], rows),
    ...[first, second].flatMap(([name, { failed = [] }]) =>
      failed.flatMap((line) => ['', `Failed in ${name}: ${line}`]),
    ),
  ].join('\n');
}
