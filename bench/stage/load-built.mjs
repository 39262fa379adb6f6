import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rootDir } from './root-dir.mjs';

/**
 * Imports a file of the built service; the caller names its type by the source.
 * @param {string} path in dist, without `.js`
 * @returns {Promise<any>}
 */
export function loadBuilt(path) {
  return import(pathToFileURL(join(rootDir, 'dist', `${path}.js`)).href);
}
