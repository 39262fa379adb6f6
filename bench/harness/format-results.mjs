/** @typedef {import('./measure-row.mjs').RowResult} RowResult */
/** @typedef {import('./measure-row.mjs').Judged} Judged */

/** @param {readonly RowResult[]} results @returns {string[]} a line for each target that is not met */
export function findShortfalls(results) {
  return results.flatMap(({ name, judged }) =>
    judged.filter(({ isMet }) => !isMet).map((one) => `${name}: ${describeComparison(one)}`),
  );
}

/** @param {Judged} judged */
export function describeComparison({ comparison, ratio }) {
  const { ours, other, figure } = comparison;
  return `${ours} : ${other} (${figure}) is ${ratio.toFixed(2)}, and shall be ${describeTarget(comparison)}`;
}

/** @param {import('./row.mjs').Comparison} comparison */
export function describeTarget({ atLeast, atMost }) {
  return atLeast === undefined ? `≤ ${atMost} × its cost` : `≥ ${atLeast} × its speed`;
}

/** @param {RowResult} result @returns {string} for the terminal */
export function formatRow({ name, title, figures, medians, judged }) {
  const widest = Math.max(...Object.keys(medians).map((contender) => contender.length));
  const costs = Object.entries(medians).map(([contender, values]) => {
    const columns = Object.entries(values).map(([figure, value]) => {
      return `${formatNumber(value)} ${figures[figure] ?? ''} (${figure})`.padStart(24);
    });
    return `  ${contender.padEnd(widest)} ${columns.join(' ')}`;
  });
  const ratios = judged.map((one) => {
    const { comparison, ratio, isMet } = one;
    const mark = isMet ? 'ok ' : 'NOT';
    return `  ${mark} ${ratio.toFixed(2)} of ${describeTarget(comparison)}: ${comparison.ours} : ${comparison.other} (${comparison.figure})`;
  });
  return [`${title} [${name}]`, ...costs, ...ratios, ''].join('\n');
}

/** @param {number} value */
export function formatNumber(value) {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
