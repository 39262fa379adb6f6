import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { findNatsServer } from '../find-nats.mjs';
import { withoutInheritedSettings } from '../prepare/npm-command.mjs';
import { runCaptured, runStep } from '../run-step.mjs';
import { provideNode } from './provide-node.mjs';
import { startAndRefresh } from './start-and-refresh.mjs';

const ROOT_DIR = join(import.meta.dirname, '../..');
const PRELOAD = pathToFileURL(join(import.meta.dirname, 'force-gc.mjs')).href;
const FEW_REFRESHES = 5;
const NOT_COMMITTED =
  /[/\\](node_modules|dist|dist-simulation|(?<!scripts[/\\])build|data|coverage|\.cache|\.git)$/;
const QUICK_TESTS = ['--project=unit', 'src/persistence/sqlite.spec.ts'];
/** Fast test files that use SQLite. */
const TESTS = [
  ...['unit', 'mock-auth-server', 'e2e'].map((project) => `--project=${project}`),
  'src/persistence',
  'mock-auth-server/test/process.spec.ts',
  'test/acquire-license.e2e-spec.ts',
  'test/back-up-and-restore.e2e-spec.ts',
  'test/upgrade-database.e2e-spec.ts',
];

/**
 * Tests the last commit on each supported Node, in a new clone: `npm start`, acquiring a license, refreshes under forced
 * garbage collection, and the tests of the database.
 * @param {string[]} words `--versions 20,24`, `--starts 20`, `--refreshes 300` (of the first start; the others do 5),
 *   `--quick` (one test file)
 * @returns {Promise<string>} the figures
 * @throws {Error} at the first fault
 */
export async function testNodes(words) {
  const { values } = parseArgs({
    args: words,
    options: {
      versions: { type: 'string', default: '20,22,24,26' },
      starts: { type: 'string', default: '1' },
      refreshes: { type: 'string', default: '300' },
      quick: { type: 'boolean', default: false },
    },
  });
  const figures = [];
  for (const major of values.versions.split(',')) {
    figures.push(await testNode(major, Number(values.starts), Number(values.refreshes), values.quick));
  }
  console.log(figures.join('\n'));
  return figures.join('; ');
}

/** @param {string} major @param {number} starts @param {number} refreshes @param {boolean} isQuick */
async function testNode(major, starts, refreshes, isQuick) {
  const node = await provideNode(major);
  const folder = mkdtempSync(join(tmpdir(), `node-${major}-`));
  const rootDir = join(folder, 'clone');
  const env = await environmentOf(node);
  try {
    console.log(`› Node ${major}: npm start in a new clone, which installs and builds first …`);
    await copyRepository(rootDir);
    for (let start = 1; start <= starts; start += 1) {
      const run = {
        rootDir,
        env: { ...env, NODE_OPTIONS: `--import ${PRELOAD}` },
        refreshes: start === 1 ? refreshes : FEW_REFRESHES,
      };
      console.log(`  Node ${major}, start ${start} of ${starts}: ${await startAndRefresh(run)}`);
    }
    const args = ['node_modules/vitest/vitest.mjs', 'run', ...(isQuick ? QUICK_TESTS : TESTS)];
    await runStep(`Tests of the database on Node ${major}`, () =>
      runCaptured({ command: join(node, 'bin/node'), args, cwd: rootDir, env }),
    );
    return `Node ${major}: ${starts} of ${starts} starts, ${refreshes} refreshes under forced garbage collection`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Clones the last commit, or copies the files if git is missing. @param {string} rootDir */
async function copyRepository(rootDir) {
  const args = ['clone', '--quiet', ROOT_DIR, rootDir];
  const { exitCode } = await runCaptured({ command: 'git', args, cwd: ROOT_DIR });
  if (exitCode === 0) return;
  cpSync(ROOT_DIR, rootDir, { recursive: true, filter: (path) => !NOT_COMMITTED.test(path) });
}

/** Returns an environment with that Node, its headers and the broker of this checkout. @param {string} node */
async function environmentOf(node) {
  const nats = await findNatsServer({ onProgress: (line) => console.log(`› ${line} …`) });
  const folders = [join(node, 'bin'), ...(nats.kind === 'binary' ? [dirname(nats.path)] : [])];
  return {
    ...withoutInheritedSettings(process.env),
    PATH: [...folders, process.env['PATH']].join(delimiter),
    npm_config_nodedir: node,
    npm_package_config_node_gyp_nodedir: node,
    FORCE_COLOR: undefined,
  };
}
