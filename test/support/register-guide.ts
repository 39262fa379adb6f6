import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { libnats, libnatsHeaders, libprotobufC } from '../../scripts/prepare/test-tools.mjs';

const run = promisify(execFile);
/** `java Register.java` compiles the program first. */
const waitMs = 60_000;

/** `GUIDE_LANGUAGES=all` also runs the programs in Java and C, which need a JDK and a C compiler. */
export const hasAllLanguages = process.env['GUIDE_LANGUAGES'] === 'all';

/** The addresses that replace those in the guide. */
export interface GuideAddresses {
  readonly authServer: string;
  readonly server: string;
}

export function readGuide(): Promise<string> {
  return readFile(join(import.meta.dirname, '../../docs/registers.md'), 'utf8');
}

/** Returns the code blocks of a language between two headings of the guide, with other addresses. */
export function blocksOf(
  guide: string,
  language: string,
  [from, to]: readonly [string, string],
  { authServer, server }: GuideAddresses,
): string[] {
  const part = guide.slice(guide.indexOf(from), guide.indexOf(to));
  return [...part.matchAll(/```(\w+)\n(.*?)```/gs)]
    .filter(([, name]) => name === language)
    .map(([, , text = '']) =>
      text.replaceAll('http://127.0.0.1:4000', authServer).replaceAll('http://127.0.0.1:3000', server),
    );
}

/** Starts the Java program of the guide. @param authority the certificate that it trusts, as PEM */
export async function startInJava(
  folder: string,
  addresses: GuideAddresses,
  authority: string | null = null,
): Promise<WatchedOutput> {
  const section = ['### Everything in Java', '## What the broker allows'] as const;
  const [code = ''] = blocksOf(await readGuide(), 'java', section, addresses);
  await writeFile(join(folder, 'Register.java'), code);
  if (authority === null) return new WatchedOutput(spawn('java', ['Register.java'], { cwd: folder }));
  await writeFile(join(folder, 'ca.pem'), authority);
  const imported = ['-importcert', '-noprompt', '-alias', 'ca', '-file', 'ca.pem'];
  await run('keytool', [...imported, '-keystore', 'trust', '-storepass', 'changeit'], { cwd: folder });
  const trust = ['-Djavax.net.ssl.trustStore=trust', '-Djavax.net.ssl.trustStorePassword=changeit'];
  return new WatchedOutput(spawn('java', [...trust, 'Register.java'], { cwd: folder }));
}

/** Compiles the C program of the guide with libnats of Debian, and starts it. */
export async function startInC(
  folder: string,
  code: string,
  args: readonly string[],
): Promise<WatchedOutput> {
  for (const library of [libnats, libnatsHeaders, libprotobufC]) await library.provide();
  const header = libnatsHeaders.find() ?? '';
  const [linked, needed] = [libnats, libprotobufC].map((library) => join(library.find() ?? '', '..'));
  await writeFile(join(folder, 'register.c'), code);
  const compiled = ['-Wall', '-Werror', '-o', 'register', 'register.c', `-I${join(header, '../..')}`];
  await run('cc', [...compiled, libnats.find() ?? '', '-Wl,--allow-shlib-undefined'], { cwd: folder });
  const env = { ...process.env, LD_LIBRARY_PATH: `${linked}:${needed}` };
  return new WatchedOutput(spawn(join(folder, 'register'), args, { cwd: folder, env }));
}

/** Collects the output lines of a process, waits for lines, and ends the process with its test. */
export class WatchedOutput {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];

  constructor(child: ChildProcess) {
    this.#child = child;
    onTestFinished(() => this.end());
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#lines.push(line));
    }
  }

  async seen(pattern: RegExp): Promise<RegExpExecArray> {
    const find = () => this.#lines.map((line) => pattern.exec(line)).find((match) => match !== null);
    await expect
      .poll(find, { timeout: waitMs, message: `${String(pattern)} in:\n${this.#lines.join('\n')}` })
      .toBeDefined();
    return find() as RegExpExecArray;
  }

  count(pattern: RegExp): number {
    return this.#lines.filter((line) => pattern.test(line)).length;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'close');
  }
}
