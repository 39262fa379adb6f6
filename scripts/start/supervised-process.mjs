import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { RestartBudget } from './restart-budget.mjs';
import { StartError } from './start-error.mjs';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 12_000;
const RESTART_DELAY_MS = 1_000;
const RESTART_LIMITS = { maxRestarts: 5, windowMs: 60_000 };

/**
 * @typedef {object} ProcessPlan
 * @property {string} name
 * @property {string} command
 * @property {string[]} args
 * @property {Record<string, string>} env
 * @property {string} cwd
 * @property {(signal: AbortSignal) => Promise<void>} waitUntilHealthy
 * @property {(line: string) => string | null} formatLine null: not worth showing
 * @property {() => Promise<void>} removeLeftovers before a start and after a kill
 *
 * @typedef {object} ProcessReports
 * @property {(name: string, line: string) => void} onLine
 * @property {(notice: string) => void} onNotice
 * @property {(name: string, groupId: number) => void} onSpawn
 * @property {(error: StartError) => void} onGivenUp
 */

/** One process of the stack: started, started again when it dies, and ended with all that it started itself. */
export class SupervisedProcess {
  #plan;
  #reports;
  #budget = new RestartBudget(RESTART_LIMITS);
  #isUp = false;
  #isStopping = false;
  /** @type {import('node:child_process').ChildProcess | null} */
  #child = null;
  /** @type {Promise<string>} how the latest child ended */
  #ended = Promise.resolve('');
  /** @type {NodeJS.Timeout | undefined} */
  #restartTimer;

  /** @param {ProcessPlan} plan @param {ProcessReports} reports */
  constructor(plan, reports) {
    this.#plan = plan;
    this.#reports = reports;
  }

  get name() {
    return this.#plan.name;
  }

  /**
   * Starts it and waits until it is healthy.
   * @param {AbortSignal} signal
   * @throws {StartError} if it ends before, or takes too long
   */
  async start(signal) {
    await this.#plan.removeLeftovers();
    signal.throwIfAborted();
    this.#spawn();
    await this.#becomeHealthy(signal);
    this.#isUp = true;
  }

  /** Asks it to end, and makes it end when it does not. */
  async stop() {
    this.#isStopping = true;
    clearTimeout(this.#restartTimer);
    if (this.#child === null) return;
    this.#signalGroup('SIGTERM');
    const timer = setTimeout(() => {
      this.#reports.onNotice(`${this.name} did not stop within ${STOP_TIMEOUT_MS / 1_000} s and is ended`);
      void this.kill();
    }, STOP_TIMEOUT_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  /** Ends it at once. */
  async kill() {
    this.#isStopping = true;
    clearTimeout(this.#restartTimer);
    this.#signalGroup('SIGKILL');
    await this.#plan.removeLeftovers();
    await this.#ended;
  }

  #spawn() {
    const { command, args, env, cwd } = this.#plan;
    // A process group of its own: a Ctrl-C in the terminal reaches the stack alone, which then ends all in order.
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#showLine(line));
    }
    let ending = '';
    child.once('error', (error) => (ending = error.message));
    child.once('exit', (code, signal) => {
      ending = signal === null ? `exit code ${code}` : `signal ${signal}`;
      // What it started itself goes with it.
      this.#signalGroup('SIGKILL');
    });
    this.#ended = once(child, 'close').then(
      () => ending,
      () => ending,
    );
    if (child.pid !== undefined) this.#reports.onSpawn(this.name, child.pid);
    void this.#ended.then(() => this.#handleEnd(child, ending));
  }

  /** @param {AbortSignal} signal */
  async #becomeHealthy(signal) {
    const giveUp = new AbortController();
    const limits = AbortSignal.any([signal, giveUp.signal, AbortSignal.timeout(START_TIMEOUT_MS)]);
    const healthy = this.#plan.waitUntilHealthy(limits).then(() => null);
    const ending = await Promise.race([healthy, this.#ended]).catch((error) => {
      signal.throwIfAborted();
      const seconds = START_TIMEOUT_MS / 1_000;
      throw new StartError('process-failed', `${this.name} was not healthy within ${seconds} s`, {
        cause: error,
      });
    });
    if (ending === null) return;
    healthy.catch(() => {});
    giveUp.abort();
    throw new StartError(
      'process-failed',
      `${this.name} ended while it started (${ending}): its last lines say why`,
    );
  }

  /** @param {import('node:child_process').ChildProcess} child @param {string} ending */
  #handleEnd(child, ending) {
    if (this.#child === child) this.#child = null;
    if (this.#isStopping || !this.#isUp) return;
    if (!this.#budget.take(Date.now())) {
      const message = `${this.name} ended ${RESTART_LIMITS.maxRestarts + 1} times within a minute (last: ${ending})`;
      this.#reports.onGivenUp(new StartError('process-failed', `${message}: the whole stack stops`));
      return;
    }
    this.#reports.onNotice(`${this.name} ended (${ending}) and is started again`);
    this.#restartTimer = setTimeout(() => void this.#restart(), RESTART_DELAY_MS);
  }

  async #restart() {
    await this.#plan.removeLeftovers();
    if (this.#isStopping) return;
    this.#spawn();
    const signal = new AbortController().signal;
    await this.#becomeHealthy(signal).then(
      () => this.#reports.onNotice(`${this.name} is up again`),
      // If it ended, that is handled where every end is; if it is slow, it may still come.
      () => {},
    );
  }

  /** @param {string} line */
  #showLine(line) {
    const shown = this.#plan.formatLine(line);
    if (shown !== null) this.#reports.onLine(this.name, shown);
  }

  /** @param {NodeJS.Signals} signal */
  #signalGroup(signal) {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // The whole group has ended already.
    }
  }
}
