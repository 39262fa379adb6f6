import { toTable } from './to-table.mjs';

/** Describes each promise, the tests that hold it and their last figures. @param {import('../assurance/read-rows.mjs').AssuranceRow[]} rows */
export function describeAssurance(rows) {
  const tableOf = (/** @type {string} */ letter) =>
    toTable(
      ['row', 'promise', 'tests', 'scope, and what the last run measured'],
      rows.filter(({ name }) => name.startsWith(letter)).map(toCells),
    );
  return { security: tableOf('S'), reliability: tableOf('R'), tests: tableOf('M') };
}

/** @param {import('../assurance/read-rows.mjs').AssuranceRow} row */
function toCells({ name, promise, references, note, lastRun }) {
  const tests = references.map(
    ({ path, titles }) => `\`${path}\`: ${titles.map((title) => `"${title}"`).join(', ')}`,
  );
  return [name, promise, tests.join('; '), [note, lastRun].filter(Boolean).join('<br>')];
}
