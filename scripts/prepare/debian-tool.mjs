import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fetchWithApt } from '../apt/fetch-with-apt.mjs';
import { findOnPath } from '../find-on-path.mjs';
import { runStep, StepFailedError } from '../run-step.mjs';

const CACHE_DIR = join(import.meta.dirname, '../../.cache');

/**
 * A program that tests run, and that no npm package brings: on PATH, or out of a Debian package that is unpacked into
 * .cache/ and not installed, which would start a service.
 */
export class DebianTool {
  #tool;

  /** @param {{ name: string, purpose: string, packageName: string, path: string }} tool `path` inside of the package */
  constructor(tool) {
    this.#tool = tool;
  }

  /** @returns {string | null} where it is; null: it has to be provided first */
  find() {
    const { name, packageName, path } = this.#tool;
    const cachedPath = join(CACHE_DIR, packageName, path);
    return findOnPath(name)[0] ?? (existsSync(cachedPath) ? cachedPath : null);
  }

  /**
   * Sees to it that it is there.
   * @throws {StepFailedError} names the cure
   */
  async provide() {
    const { name, purpose, packageName } = this.#tool;
    if (this.find() !== null) return;
    if (findOnPath('apt-get').length === 0) throw this.#missing('there is no apt to fetch it with');
    await runStep(`Fetching ${name} from Debian into .cache/, ${purpose}`, async () => {
      const fetched = await fetchWithApt(packageName, CACHE_DIR);
      return fetched.isFetched
        ? { exitCode: 0, output: '' }
        : { exitCode: 1, output: `${this.#missing(fetched.reason).message}\n` };
    });
    if (this.find() === null) throw this.#missing('the package that apt fetched has none');
  }

  /** @param {string} reason */
  #missing(reason) {
    const { name, purpose, packageName } = this.#tool;
    return new StepFailedError(
      `${name}, ${purpose}, was not found (${reason}): put it on PATH (on Debian the package ${packageName} has it, with ` +
        'Homebrew too), and run the same command again',
    );
  }
}
