import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSqlite } from './open-sqlite.js';
import { sqlitePackageFor } from './sqlite.js';

it.each([
  ['20.19 and 20.20', 9, 'better-sqlite3'],
  ['22.13', 9, 'better-sqlite3'],
  ['22.14 and later', 10, 'better-sqlite3-13'],
  ['a future version', 11, 'better-sqlite3-13'],
])('sqlitePackageFor on Node %s (Node-API %i) returns %s', (_node, nodeApi, name) => {
  expect(sqlitePackageFor(nodeApi)).toBe(name);
});

it('openSqlite loads only the SQLite package for this Node', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sqlite-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await (await openSqlite(join(folder, 'a.sqlite'), 'without-copy')).destroy();
  const paths = Object.keys(createRequire(import.meta.url).cache);
  const loaded = new Set(
    paths.flatMap((path) => /node_modules[/\\](better-sqlite3[^/\\]*)/.exec(path)?.[1] ?? []),
  );
  expect([...loaded]).toEqual([sqlitePackageFor(Number(process.versions['napi']))]);
});
