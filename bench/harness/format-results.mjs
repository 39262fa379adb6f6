/** @typedef {import('./measure-benchmark.mjs').BenchmarkResult} BenchmarkResult */
/** @typedef {'missed' | 'excepted' | 'unjudged'} Shortfall */

/**
 * Returns a line for each target that is not met. Those of an excepted benchmark are expected, and those that the machine is
 * too noisy to judge say nothing.
 * @param {readonly BenchmarkResult[]} results
 * @returns {Record<Shortfall, string[]>}
 */
export function findShortfalls(results) {
  /** @type {Record<Shortfall, string[]>} */
  const shortfalls = { missed: [], excepted: [], unjudged: [] };
  for (const { name, exception, judged } of results) {
    for (const { what, value, wanted, isMet, isNoisy } of judged) {
      if (isMet) continue;
      const line = `${name}: ${what} is ${formatNumber(value)}, but must be ${wanted}`;
      shortfalls[exception !== undefined ? 'excepted' : isNoisy ? 'unjudged' : 'missed'].push(line);
    }
  }
  return shortfalls;
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
