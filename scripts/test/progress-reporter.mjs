const printEveryMs = 10_000;
const slowestCount = 10;

/**
 * @typedef {object} FileResult
 * @property {string} name project and path
 * @property {number} durationMs
 */

/**
 * Reports the progress of a test run and its slowest files, next to the default reporter of vitest. At a terminal the
 * default reporter shows the progress; in a log, this one writes a line every ten seconds.
 */
export class ProgressReporter {
  /** @type {FileResult[]} */
  #done = [];
  #failedTests = 0;
  #fileCount = 0;
  #startedAtMs = 0;
  #printedAtMs = 0;

  /**
   * @param {object} [options]
   * @param {boolean} [options.isTerminal]
   * @param {(line: string) => void} [options.print]
   * @param {() => number} [options.nowMs]
   */
  constructor({
    isTerminal = process.stdout.isTTY,
    print = (line) => void process.stdout.write(`${line}\n`),
    nowMs = () => performance.now(),
  } = {}) {
    this.isTerminal = isTerminal;
    this.print = print;
    this.nowMs = nowMs;
  }

  /** @param {readonly unknown[]} specifications */
  onTestRunStart(specifications) {
    this.#done = [];
    this.#failedTests = 0;
    this.#fileCount = specifications.length;
    this.#startedAtMs = this.nowMs();
    this.#printedAtMs = this.#startedAtMs;
  }

  /** @param {{ result(): { state: string } }} test */
  onTestCaseResult(test) {
    if (test.result().state === 'failed') this.#failedTests += 1;
  }

  /** @param {Pick<import('vitest/node').TestModule, 'relativeModuleId' | 'diagnostic'> & { project: { name: string } }} file */
  onTestModuleEnd(file) {
    const { collectDuration, duration } = file.diagnostic();
    this.#done.push({
      name: `${file.project.name} ${file.relativeModuleId}`,
      durationMs: collectDuration + duration,
    });
    const nowMs = this.nowMs();
    if (this.isTerminal || nowMs - this.#printedAtMs < printEveryMs) return;
    this.#printedAtMs = nowMs;
    this.print(
      `${this.#done.length} of ${this.#fileCount} files, ${formatDuration(nowMs - this.#startedAtMs)}, ${describeFailures(this.#failedTests)}`,
    );
  }

  onTestRunEnd() {
    if (this.#done.length < slowestCount) return;
    this.print(['The slowest files:', ...listSlowest(this.#done)].join('\n'));
  }
}

/** @param {number} failedTests */
function describeFailures(failedTests) {
  if (failedTests === 0) return 'no failures so far';
  return failedTests === 1 ? '1 test failed so far' : `${failedTests} tests failed so far`;
}

/** @param {readonly FileResult[]} files @returns {string[]} */
function listSlowest(files) {
  return files
    .toSorted((one, other) => other.durationMs - one.durationMs)
    .slice(0, slowestCount)
    .map(({ name, durationMs }) => `${(durationMs / 1000).toFixed(1).padStart(7)} s  ${name}`);
}

/** @param {number} ms @returns {string} such as "2:05 min" */
function formatDuration(ms) {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`;
}
