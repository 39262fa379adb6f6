import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const SETTINGS = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/**
 * Returns a hash of everything that a build depends on. It covers contents, because a checkout changes the times.
 * @param {string} rootDir
 * @param {string[]} parts folders of the parts, relative to the root
 */
export function hashSources(rootDir, parts) {
  const hash = createHash('sha256');
  for (const part of parts) {
    for (const name of [...SETTINGS, ...listSources(join(rootDir, part, 'src'))]) {
      hash
        .update(`${join(part, name)}\0`)
        .update(readIfThere(join(rootDir, part, name)))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

/** @param {string} sourceDir @returns {string[]} */
function listSources(sourceDir) {
  if (!existsSync(sourceDir)) return [];
  const entries = readdirSync(sourceDir, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.map((path) => join('src', path.slice(sourceDir.length + 1))).toSorted();
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return '';
  }
}
