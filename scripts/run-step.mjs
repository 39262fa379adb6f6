import { spawn } from 'node:child_process';
import { CommandError } from './command-error.mjs';

/**
 * @typedef {{ exitCode: number | string, output: string }} CommandResult
 */

/**
 * Runs a long step. Prints its name and its duration, and the output of its command only if it fails.
 * @param {string} what without a full stop
 * @param {() => Promise<CommandResult>} run
 * @throws {CommandError} after the output was printed
 */
export async function runStep(what, run) {
  const startedAt = Date.now();
  console.log(`› ${what} …`);
  const { exitCode, output } = await run();
  if (exitCode !== 0) {
    process.stderr.write(output);
    throw new CommandError(`${what}: failed (${exitCode}). See the output above`);
  }
  console.log(`  done in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
}

/**
 * Runs a command to its end.
 * @param {{ command: string, args: string[], cwd: string, env?: NodeJS.ProcessEnv }} call
 * @returns {Promise<CommandResult>} with standard output and standard error together
 */
export function runCaptured({ command, args, cwd, env = process.env }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', (error) => resolve({ exitCode: error.message, output }));
    child.once('close', (code, signal) => resolve({ exitCode: code ?? signal ?? 1, output }));
  });
}
