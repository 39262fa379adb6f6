/** @typedef {import('./measure-benchmark.mjs').BenchmarkResult} BenchmarkResult */

/**
 * Returns a line for each target that is not met, apart from those that the machine is too noisy to judge.
 * @param {readonly BenchmarkResult[]} results
 * @returns {{ missed: string[], unjudged: string[] }}
 */
export function findShortfalls(results) {
  const failed = results.flatMap(({ name, judged }) =>
    judged
      .filter(({ isMet }) => !isMet)
      .map(({ what, value, wanted, isNoisy }) => ({
        isNoisy,
        line: `${name}: ${what} is ${formatNumber(value)}, but must be ${wanted}`,
      })),
  );
  const linesOf = (/** @type {boolean} */ isNoisy) =>
    failed.filter((one) => one.isNoisy === isNoisy).map(({ line }) => line);
  return { missed: linesOf(false), unjudged: linesOf(true) };
}

/** @param {BenchmarkResult} result @returns {string} for the terminal */
export function formatBenchmark({ name, title, figures, medians, judged }) {
  const widest = Math.max(...Object.keys(medians).map((contender) => contender.length));
  const costs = Object.entries(medians).map(([contender, values]) => {
    const columns = Object.entries(values).map(
      ([figure, value]) => `${figure} ${formatNumber(value).padStart(6)} ${figures[figure] ?? ''}`,
    );
    return `  ${contender.padEnd(widest)}   ${columns.join('   ')}`;
  });
  const verdicts = judged.map(
    ({ what, value, wanted, isMet, isNoisy }) =>
      `  ${isMet ? 'ok ' : isNoisy ? '?  ' : 'NOT'} ${formatNumber(value)} of ${wanted}: ${what}`,
  );
  return [`${title} [${name}]`, ...costs, ...verdicts, ''].join('\n');
}

/** @param {number} value */
export function formatNumber(value) {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
