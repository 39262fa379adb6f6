import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand } from '../prepare/npm-command.mjs';
import { runCaptured, runStep } from '../run-step.mjs';

const CACHE_DIR = join(import.meta.dirname, '../../.cache/nodes');
/** The npm package with the program and its headers for this platform. */
const PACKAGE = `node-${process.platform}-${process.arch}`;

/**
 * Installs the newest Node of a major version from npm into .cache/nodes/, unless one is there.
 * @param {string} major
 * @returns {Promise<string>} its folder, with bin/ and include/
 * @throws {import('../command-error.mjs').CommandError}
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
