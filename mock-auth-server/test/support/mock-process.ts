import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inheritedEnvironment } from '../../../test/support/inherited-environment.js';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The mock Authorization server in its own process. */
export class MockProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  output = '';

  constructor(env: Record<string, string>) {
    this.#child = spawn(process.execPath, [main], {
      env: { ...inheritedEnvironment, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Not `exit`, after which the rest of the output may still arrive.
    this.#exited = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
        this.#child.emit('output');
      });
    }
  }

  /** Resolves when the output contains a text. Rejects if the process ends first. */
  async waitFor(text: string): Promise<void> {
    while (!this.output.includes(text)) await this.waitForOutput();
  }

  /** Resolves at the next output. Rejects if the process has ended. */
  async waitForOutput(): Promise<void> {
    if (this.#child.exitCode !== null) throw new Error(`the server ended: ${this.output}`);
    await Promise.race([once(this.#child, 'output'), this.#exited]);
  }

  /** Sends a signal and resolves to the exit code; `null` if the signal ended the process. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.exitCode();
  }

  async exitCode(): Promise<number | null> {
    await this.#exited;
    return this.#child.exitCode;
  }
}
