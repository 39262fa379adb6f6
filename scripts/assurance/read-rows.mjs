/**
 * @typedef {object} TestReference
 * @property {string} path of a test file
 * @property {readonly string[]} titles of the tests in it, or of what is around them, as they stand in the source
 *
 * @typedef {object} AssuranceRow
 * @property {string} name as `S1`, `R18`, `M1`
 * @property {string} promise
 * @property {readonly TestReference[]} references
 * @property {string} remark the last column
 */

/**
 * Reads the rows of docs/assurance.md.
 * @param {string} text
 * @returns {AssuranceRow[]}
 */
export function readRows(text) {
  return text
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, name = '']) => /^[SRM]\d+$/.test(name))
    .map(([, name = '', promise = '', tests = '', remark = '']) => ({
      name,
      promise,
      references: readReferences(tests),
      remark,
    }));
}

/** Each file with the titles that follow it. @param {string} tests @returns {TestReference[]} */
function readReferences(tests) {
  return [...tests.matchAll(/`([^`]+)`: ((?:"[^"]+"(?:, )?)+)/g)].map(([, path = '', titles = '']) => ({
    path,
    titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
  }));
}
