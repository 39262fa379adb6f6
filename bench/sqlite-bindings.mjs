// Measures each SQLite binding that this Node can load, for docs/adr/0013-sqlite-binding-by-node.md:
// `.cache/nodes/<major>/node_modules/node-…/bin/node --expose-gc bench/sqlite-bindings.mjs`
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const hasNodeApi10 = Number(process.versions['napi']) >= 10;
const commits = 300;
const readRounds = 40;
const reads = 1_000;
const collections = 2_000;

/** @param {string} name @param {(path: string) => any} open */
function measure(name, open) {
  const folder = mkdtempSync(join(tmpdir(), 'sqlite-bindings-'));
  const database = open(join(folder, 'a.sqlite'));
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)',
  );
  const insert = database.prepare('INSERT INTO t (body) VALUES (?)');
  const commitMs = median(measureMs(commits, () => insert.run('x'.repeat(1000))));
  const select = database.prepare('SELECT body FROM t WHERE id = ?');
  const roundMs = measureMs(readRounds, () => {
    for (let read = 0; read < reads; read += 1) select.get((read % commits) + 1);
  });
  const readUs = (Math.min(...roundMs) * 1_000) / reads;
  const [copyMs = Number.NaN] = measureMs(1, () =>
    database.exec(`VACUUM INTO '${join(folder, 'copy.sqlite')}'`),
  );
  for (let round = 0; round < collections; round += 1) {
    database.prepare(`SELECT ${round}`).get();
    if (round % 20 === 0) globalThis.gc?.();
  }
  database.close();
  rmSync(folder, { recursive: true, force: true });
  const figures = [
    `commit ${commitMs.toFixed(2)} ms`,
    `read ${readUs.toFixed(2)} µs`,
    `VACUUM INTO ${copyMs.toFixed(1)} ms`,
  ];
  console.log(`Node ${process.versions.node}, ${name}: ${figures.join(', ')}`);
}

/** @param {number} count @param {() => void} call */
function measureMs(count, call) {
  return Array.from({ length: count }, () => {
    const startedAt = performance.now();
    call();
    return performance.now() - startedAt;
  });
}

/** @param {number[]} times */
const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

const name = hasNodeApi10 ? 'better-sqlite3-13' : 'better-sqlite3';
const Sqlite = require(name);
measure(`better-sqlite3 ${require(`${name}/package.json`).version}`, (path) => new Sqlite(path));
const builtin = 'node:sqlite';
if (isBuiltin(builtin)) {
  const { DatabaseSync } = require(builtin);
  measure(`node:sqlite ${process.versions['sqlite']}`, (path) => new DatabaseSync(path));
}
