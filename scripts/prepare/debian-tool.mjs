import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fetchWithApt } from '../apt/fetch-with-apt.mjs';
import { findOnPath } from '../find-on-path.mjs';
import { CommandError } from '../command-error.mjs';
import { runStep } from '../run-step.mjs';

const CACHE_DIR = join(import.meta.dirname, '../../.cache');

/**
 * A program for tests that no npm package has: on PATH, or from a Debian package that is unpacked into .cache/.
 * Installing the package would start a service.
 */
export class DebianTool {
  #tool;

  /** @param {{ name: string, purpose: string, packageName: string, path: string }} tool `path` in the package */
  constructor(tool) {
    this.#tool = tool;
  }

  /** @returns {string | null} its path, or `null` if it must be provided first */
  find() {
    const { name, packageName, path } = this.#tool;
    const cachedPath = join(CACHE_DIR, packageName, path);
    return findOnPath(name)[0] ?? (existsSync(cachedPath) ? cachedPath : null);
  }

  /**
   * Fetches it, unless it is found.
   * @throws {CommandError} if it cannot
   */
  async provide() {
    const { name, purpose, packageName } = this.#tool;
    if (this.find() !== null) return;
    if (findOnPath('apt-get').length === 0) throw this.#missing('apt is missing');
    await runStep(`Fetching ${name} from Debian into .cache/, ${purpose}`, async () => {
      const fetched = await fetchWithApt(packageName, CACHE_DIR);
      return fetched.isFetched
        ? { exitCode: 0, output: '' }
        : { exitCode: 1, output: `${this.#missing(fetched.reason).message}\n` };
    });
    if (this.find() === null) throw this.#missing('the fetched package does not contain it');
  }

  /** @param {string} reason */
  #missing(reason) {
    const { name, purpose, packageName } = this.#tool;
    return new CommandError(
      `${name}, ${purpose}, was not found (${reason}): put it on PATH (package ` +
        `${packageName} of Debian and Homebrew), and run the same command again`,
    );
  }
}
