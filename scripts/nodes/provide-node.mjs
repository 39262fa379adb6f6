import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand } from '../prepare/npm-command.mjs';
import { runCaptured, runStep } from '../run-step.mjs';

const CACHE_DIR = join(import.meta.dirname, '../../.cache/nodes');
/** What the npm package `node` fetches on this platform: the program and its headers. */
const PACKAGE = `node-${process.platform}-${process.arch}`;

/**
 * Gets the newest Node of a major version from npm into .cache/nodes/, unless one is there.
 * @param {string} major
 * @returns {Promise<string>} its folder, with bin/ and include/
 * @throws {import('../run-step.mjs').StepFailedError}
 */
export async function provideNode(major) {
  const prefix = join(CACHE_DIR, major);
  const folder = join(prefix, 'node_modules', PACKAGE);
  if (existsSync(join(folder, 'bin/node'))) return folder;
  mkdirSync(prefix, { recursive: true });
  const command = npmCommand('install', '--no-save', '--prefix', prefix, `${PACKAGE}@${major}`);
  await runStep(`Getting Node ${major} from npm`, () => runCaptured({ ...command, cwd: prefix }));
  return folder;
}
