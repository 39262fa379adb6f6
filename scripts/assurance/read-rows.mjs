import { parse } from 'yaml';

/**
 * @typedef {object} TestReference
 * @property {string} path of a test file
 * @property {readonly string[]} titles of tests or of `describe` blocks, as they are in the source
 *
 * @typedef {object} AssuranceRow
 * @property {string} name as `S1`, `R18`, `M1`
 * @property {string} promise
 * @property {readonly TestReference[]} references
 * @property {string} note scope and conditions, written by a person
 * @property {string} lastRun the date and the figures of the last run
 */

/**
 * Reads the rows of docs/assurance.yaml.
 * @param {string} text
 * @returns {AssuranceRow[]}
 */
export function readRows(text) {
  /** @type {{ row: string, promise: string, tests?: Record<string, string[]>, note?: string, lastRun?: string }[]} */
  const rows = parse(text);
  return rows.map(({ row, promise, tests = {}, note = '', lastRun = '' }) => ({
    name: row,
    promise,
    references: Object.entries(tests).map(([path, titles]) => ({ path, titles })),
    note,
    lastRun,
  }));
}
