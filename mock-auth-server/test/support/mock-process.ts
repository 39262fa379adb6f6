import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const prepare = fileURLToPath(new URL('../../../scripts/prepare.mjs', import.meta.url));

/** Builds the server if its build does not match the sources. */
export async function buildServer(): Promise<void> {
  await promisify(execFile)(process.execPath, [prepare, 'build']);
}

export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The paths of programs, and the clock of the tests if `npm run test:dates` shifts it. */
const inheritedEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => /^(PATH|TZ|LD_PRELOAD|FAKETIME.*)$/.test(name)),
);

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
    this.#exited = once(this.#child, 'exit');
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
