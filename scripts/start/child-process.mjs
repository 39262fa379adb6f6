import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CommandError } from '../command-error.mjs';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 12_000;

/**
 * @typedef {object} ProcessPlan
 * @property {string} name
 * @property {string} command
 * @property {string[]} args
 * @property {Record<string, string>} env
 * @property {string} cwd
 * @property {(signal: AbortSignal) => Promise<void>} waitUntilHealthy
 * @property {(line: string) => string | null} formatLine returns `null` for a line that is not worth showing
 * @property {() => Promise<void>} removeLeftovers runs before a start and after a kill
 *
 * @typedef {object} ProcessReports
 * @property {(name: string, line: string) => void} onLine
 * @property {(error: CommandError) => void} onDied is called when a healthy process ends without a stop
 */

/** Runs one process of the stack in its own process group. */
export class ChildProcess {
  #plan;
  #reports;
  #isUp = false;
  #isStopping = false;
  /** @type {import('node:child_process').ChildProcess | null} */
  #child = null;
  /** @type {Promise<string>} the exit code or signal */
  #ended = Promise.resolve('');

  /** @param {ProcessPlan} plan @param {ProcessReports} reports */
  constructor(plan, reports) {
    this.#plan = plan;
    this.#reports = reports;
  }

  /**
   * Starts it and waits until it is healthy.
   * @param {AbortSignal} signal
   * @throws {CommandError} if it ends before, or takes too long
   */
  async start(signal) {
    await this.#plan.removeLeftovers();
    signal.throwIfAborted();
    this.#spawn();
    await this.#becomeHealthy(signal);
    this.#isUp = true;
  }

  /** Sends SIGTERM, and kills the process after a limit. */
  async stop() {
    this.#isStopping = true;
    if (this.#child === null) return;
    this.#signalGroup('SIGTERM');
    const timer = setTimeout(() => {
      const { name } = this.#plan;
      this.#reports.onLine('stack', `${name} did not stop within ${STOP_TIMEOUT_MS / 1_000} s and is killed`);
      void this.kill();
    }, STOP_TIMEOUT_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  /** Sends SIGKILL. */
  async kill() {
    this.#isStopping = true;
    this.#signalGroup('SIGKILL');
    await this.#plan.removeLeftovers();
    await this.#ended;
  }

  #spawn() {
    const { name, command, args, env, cwd } = this.#plan;
    // Its own process group: Ctrl-C in the terminal signals only the stack, which stops its processes in order.
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        const shown = this.#plan.formatLine(line);
        if (shown !== null) this.#reports.onLine(name, shown);
      });
    }
    let ending = '';
    child.once('error', (error) => (ending = error.message));
    child.once('exit', (code, signal) => {
      ending = signal === null ? `exit code ${code}` : `signal ${signal}`;
      // Its children end with it.
      this.#signalGroup('SIGKILL');
    });
    this.#ended = once(child, 'close').then(
      () => ending,
      () => ending,
    );
    void this.#ended.then(() => this.#handleEnd(ending));
  }

  /** @param {AbortSignal} signal */
  async #becomeHealthy(signal) {
    const { name } = this.#plan;
    const giveUp = new AbortController();
    const limits = AbortSignal.any([signal, giveUp.signal, AbortSignal.timeout(START_TIMEOUT_MS)]);
    const healthy = this.#plan.waitUntilHealthy(limits).then(() => null);
    const ending = await Promise.race([healthy, this.#ended]).catch((error) => {
      signal.throwIfAborted();
      const message = `${name} was not healthy within ${START_TIMEOUT_MS / 1_000} s`;
      throw new CommandError(message, { cause: error });
    });
    if (ending === null) return;
    healthy.catch(() => {});
    giveUp.abort();
    throw new CommandError(`${name} ended during its start (${ending}): see its last lines`);
  }

  /** @param {string} ending */
  #handleEnd(ending) {
    this.#child = null;
    if (this.#isStopping || !this.#isUp) return;
    const message = `${this.#plan.name} ended (${ending}): see its last lines. The whole stack stops`;
    this.#reports.onDied(new CommandError(message));
  }

  /** @param {NodeJS.Signals} signal */
  #signalGroup(signal) {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // The group has ended.
    }
  }
}
