import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findFaults } from './prose/find-faults.mjs';
import { checkedPaths, exceptions } from './prose/patterns.mjs';

// node scripts/check-prose.mjs [path …]: checks the prose of documents, comments, strings and test titles.
const rootDir = join(import.meta.dirname, '..');
const paths = process.argv.length > 2 ? process.argv.slice(2) : checkedPaths;
const checked = /\.(?:md|ya?ml|[cm]?[jt]s)$/;
const skipped = /(?:^|\/)(?:node_modules|dist|\.cache|data)(?:\/|$)/;

const faults = paths.flatMap(listFiles).flatMap((file) => {
  const text = readFileSync(join(rootDir, file), 'utf8');
  const lines = text.split('\n');
  return findFaults(file, text)
    .filter(({ line }) => !isExcepted(file, lines[line - 1] ?? ''))
    .map(({ line, words, instead }) => `${file}:${line}: "${words}": write ${instead}`);
});
for (const fault of faults) console.error(fault);
if (faults.length > 0)
  console.error(`${faults.length} places are not plain English: see scripts/prose/patterns.mjs.`);
process.exitCode = faults.length > 0 ? 1 : 0;

/** @param {string} path @returns {string[]} */
function listFiles(path) {
  const full = join(rootDir, path);
  if (statSync(full).isFile()) return [relative(rootDir, full)];
  return readdirSync(full, { recursive: true, encoding: 'utf8' })
    .map((name) => relative(rootDir, join(full, name)))
    .filter((name) => checked.test(name) && !skipped.test(name) && statSync(join(rootDir, name)).isFile());
}

/** @param {string} file @param {string} line */
function isExcepted(file, line) {
  return exceptions.some((exception) => file.startsWith(exception.file) && line.includes(exception.text));
}
