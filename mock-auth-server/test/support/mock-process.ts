import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Next to `dist`, so that the built server finds the same dependencies. */
const outDir = fileURLToPath(new URL(`../../dist-${process.pid}`, import.meta.url));
const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));

/** Builds the server from the current sources, as for a release. */
export async function buildServer(): Promise<void> {
  rmSync(outDir, { recursive: true, force: true });
  await promisify(execFile)(process.execPath, [
    compiler,
    '-p',
    `${root}/tsconfig.build.json`,
    '--outDir',
    outDir,
  ]);
  cpSync(`${root}/src/pages/assets`, `${outDir}/pages/assets`, { recursive: true });
}

export function removeBuild(): void {
  rmSync(outDir, { recursive: true, force: true });
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
    this.#child = spawn(process.execPath, [`${outDir}/main.js`], {
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
