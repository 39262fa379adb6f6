import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { runCommandLine } from '../../src/cli/run-command-line.js';
import { inheritedEnvironment } from './inherited-environment.js';

/** The result of a command. */
export interface EndedCommand {
  readonly exitCode: number;
  /** The printed result. */
  readonly output: string;
  /** The other messages. */
  readonly notes: string;
}

export interface RunningCommand {
  /** Returns everything that it has printed so far. */
  text(): string;
  readonly ended: Promise<EndedCommand>;
}

/** The service under test, as a command finds it. */
export interface CommandTarget {
  readonly url?: string;
  readonly dataDir: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Starts a command in this process, as the command line does. @param answer the answer of a person; `null` if nobody
 * can answer
 */
export function startCommand(
  target: CommandTarget,
  args: readonly string[],
  answer: string | null = null,
): RunningCommand {
  const [output, notes]: [string[], string[]] = [[], []];
  const ended = runCommandLine(args, variablesOf(target), {
    print: (line) => void output.push(line),
    notify: (line) => void notes.push(line),
    ask: async (question) => {
      notes.push(question);
      return answer;
    },
  });
  return {
    text: () => [...output, ...notes].join('\n'),
    ended: ended.then((exitCode) => ({ exitCode, output: output.join('\n'), notes: notes.join('\n') })),
  };
}

export function runCommand(
  target: CommandTarget,
  args: readonly string[],
  answer: string | null = null,
): Promise<EndedCommand> {
  return startCommand(target, args, answer).ended;
}

/** Runs the built command line in its own process. Call `ensureBuilt` before. */
export function runCommandProcess(target: CommandTarget, args: readonly string[]): Promise<EndedCommand> {
  const path = join(import.meta.dirname, '../../dist/cli.js');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [path, ...args],
      { env: { ...inheritedEnvironment, ...variablesOf(target) }, timeout: 30_000 },
      (error, output, notes) => resolve({ exitCode: error === null ? 0 : Number(error.code), output, notes }),
    );
  });
}

function variablesOf({ url, dataDir, environment }: CommandTarget): Record<string, string | undefined> {
  return {
    // No service listens on port 9.
    PORT: url === undefined ? '9' : new URL(url).port,
    DATA_DIR: dataDir,
    AUTH_SERVER_URL: 'http://127.0.0.1:9',
    NATS_URL: 'nats://127.0.0.1:9',
    ...environment,
  };
}
