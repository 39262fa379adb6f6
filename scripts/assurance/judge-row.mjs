/**
 * @typedef {object} TestResult one test of one project
 * @property {string} path relative to the repository
 * @property {readonly string[]} titles its own, last, and those of what is around it
 * @property {'passed' | 'failed' | 'skipped'} status
 *
 * @typedef {object} Outcome
 * @property {string} name of the row
 * @property {'green' | 'failed' | 'not run'} verdict
 * @property {string} figure what was measured, or how much was run
 * @property {readonly string[]} missing titles of which no test has run
 */

/**
 * Judges a row by the tests that it names: one that failed is enough against it, and one that passed is needed for it.
 * @param {import('./read-rows.mjs').AssuranceRow} row
 * @param {readonly TestResult[]} results
 * @param {readonly string[]} figures that its tests have told
 * @returns {Outcome}
 */
export function judgeRow({ name, references }, results, figures) {
  const named = references.flatMap(({ path, titles }) =>
    titles.map((title) => ({ title, tests: results.filter((result) => isNamed(result, path, title)) })),
  );
  const ran = named.map(({ title, tests }) => ({
    title,
    tests: tests.filter(({ status }) => status !== 'skipped'),
  }));
  const tests = [...new Set(ran.flatMap((item) => item.tests))];
  const failed = tests.filter(({ status }) => status === 'failed').length;
  const missing = ran.filter((item) => item.tests.length === 0).map(({ title }) => title);
  const count = `${tests.length} ${tests.length === 1 ? 'test' : 'tests'}`;
  if (failed > 0) return { name, verdict: 'failed', figure: `${failed} of ${count} failed`, missing };
  if (tests.length === 0) return { name, verdict: 'not run', figure: '', missing };
  return { name, verdict: 'green', figure: [...new Set(figures), count].join('; '), missing };
}

/** @param {TestResult} result @param {string} path @param {string} title */
function isNamed(result, path, title) {
  const pattern = patternOf(title);
  return result.path === path && result.titles.some((text) => pattern.test(text));
}

/**
 * A title as it stands in the source, or a part of it, has placeholders of `it.each` (`%s`, `$name`) or of a template.
 * @param {string} title
 */
function patternOf(title) {
  const parts = title.split(/%[a-z#]|\$\{[^}]+\}|\$[\w.]+/);
  return new RegExp(parts.map((part) => part.replaceAll(/[^\w\s]/g, String.raw`\$&`)).join('.*'), 's');
}
