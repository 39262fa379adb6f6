/**
 * @typedef {object} Outcome
 * @property {string} name of the row
 * @property {'green' | 'failed' | 'not run'} verdict
 * @property {string} figure the measurements and the number of tests
 * @property {readonly string[]} missing titles of which no test ran
 */

/** @typedef {import('./run-vitest.mjs').TestResult} TestResult */

/**
 * Judges a row by its tests: it fails if one of them failed, and is green if at least one passed and none failed.
 * @param {import('./read-rows.mjs').AssuranceRow} row
 * @param {readonly TestResult[]} results
 * @param {readonly string[]} figures that its tests reported
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
 * Matches a title of the source, or a part of one: placeholders of `it.each` (`%s`, `$name`) and of templates match any text.
 * @param {string} title
 */
function patternOf(title) {
  const parts = title.split(/%[a-z#]|\$\{[^}]+\}|\$[\w.]+/);
  return new RegExp(parts.map((part) => part.replaceAll(/[^\w\s]/g, String.raw`\$&`)).join('.*'), 's');
}
