import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../command-error.mjs';
import { runCaptured } from '../run-step.mjs';
import { describeApi } from './describe-api.mjs';
import { hashSources } from './hash-sources.mjs';

const ROOT_DIR = join(import.meta.dirname, '../..');
const PARTS = ['.', 'mock-auth-server', 'client'];
const COMPILER = join(ROOT_DIR, 'node_modules/typescript/bin/tsc');
/** The modules of the service one by one, for tests, benchmarks and documents. `dist/` is what runs. */
const MODULES = join(ROOT_DIR, 'build');
/** Files that pages load. The compiler does not copy them. */
const ASSETS = [
  { from: 'src/manage-license/assets', to: 'build/manage-license/assets' },
  { from: 'src/manage-license/assets', to: 'dist/manage-license/assets' },
  { from: 'mock-auth-server/src/pages/assets', to: 'mock-auth-server/dist/pages/assets' },
];
/** Written last, and removed with the folder. If it is current, the build is complete. */
const STAMP = join(ROOT_DIR, 'dist/.built-from');

/** Returns whether the build is complete and of the current sources. */
export function isBuildCurrent() {
  if (!PARTS.every((part) => existsSync(join(ROOT_DIR, part, 'dist')))) return false;
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hashSources(ROOT_DIR, PARTS);
}

/**
 * Compiles every part.
 * @throws {CommandError} after the errors of the compiler were printed
 */
export async function buildParts() {
  if (!existsSync(COMPILER)) {
    throw new CommandError('The TypeScript compiler is not installed: run npm ci or npm start');
  }
  const hash = hashSources(ROOT_DIR, PARTS);
  for (const folder of [MODULES, ...PARTS.map((part) => join(ROOT_DIR, part, 'dist'))]) {
    rmSync(folder, { recursive: true, force: true });
  }
  const results = await Promise.all(PARTS.map((part) => compilePart(part)));
  const failed = results.filter((result) => !result.isCompiled).map((result) => result.part);
  if (failed.length > 0) throw new CommandError(`The build failed in ${failed.join(', ')}`);
  for (const { from, to } of ASSETS) cpSync(join(ROOT_DIR, from), join(ROOT_DIR, to), { recursive: true });
  // Imported here, because this file is loaded before the packages are installed.
  const { joinModules } = await import('./join-modules.mjs');
  await joinModules(MODULES, join(ROOT_DIR, 'dist'));
  mkdirSync(join(ROOT_DIR, 'dist/http'));
  writeFileSync(join(ROOT_DIR, 'dist/http/openapi.json'), JSON.stringify(await describeApi(MODULES)));
  // The compiler writes no executable files.
  chmodSync(join(ROOT_DIR, 'dist/cli.js'), 0o755);
  writeFileSync(STAMP, hash);
}

/** @param {string} part */
async function compilePart(part) {
  const project = join(part, 'tsconfig.build.json');
  const args = [COMPILER, '-p', project, ...(process.stdout.isTTY ? ['--pretty'] : [])];
  const { exitCode, output } = await runCaptured({ command: process.execPath, args, cwd: ROOT_DIR });
  process.stderr.write(output);
  return { part: part === '.' ? 'the licensing service' : part, isCompiled: exitCode === 0 };
}
