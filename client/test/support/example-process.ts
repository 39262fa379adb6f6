import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inheritedEnvironment } from '../../../test/support/inherited-environment.js';

/** The example register in its own process. */
export class ExampleProcess {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  readonly #arrivals = new EventEmitter();

  constructor(environment: Record<string, string>) {
    this.#child = spawn(process.execPath, [join(import.meta.dirname, '../../dist/example-register.js')], {
      env: { ...inheritedEnvironment, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        this.#arrivals.emit('line');
      });
    }
  }

  /** Resolves to the first matching line, past or future. @param from the number of lines to skip */
  async seenLine(pattern: RegExp, from = 0): Promise<string> {
    const signal = AbortSignal.timeout(15_000);
    for (;;) {
      const found = this.lines.slice(from).find((line) => pattern.test(line));
      if (found !== undefined) return found;
      await once(this.#arrivals, 'line', { signal }).catch(() => {
        throw new Error(`No line matches ${String(pattern)}. The lines are:\n${this.lines.join('\n')}`);
      });
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves to the exit code; `null` if a signal ended the process. */
  async exitCode(): Promise<number | null> {
    await this.#exited;
    return this.#child.exitCode;
  }
}
