import { spawn } from 'node:child_process';

/**
 * @typedef {{ exitCode: number | string, output: string }} CommandResult
 */

/**
 * Runs a step that takes long: says in one line what and why, and shows the command's own output only if it fails.
 * @param {string} what without a full stop
 * @param {() => Promise<CommandResult>} run
 * @throws {StepFailedError} after the output was shown
 */
export async function runStep(what, run) {
  const startedAt = Date.now();
  console.log(`› ${what} …`);
  const { exitCode, output } = await run();
  if (exitCode !== 0) {
    process.stderr.write(output);
    throw new StepFailedError(`${what}: failed (${exitCode}). What was said stands above`);
  }
  console.log(`  done in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
}

/** A step of the preparation failed. */
export class StepFailedError extends Error {
  name = 'StepFailedError';
  code = 'step-failed';
}

/**
 * Runs a command to its end.
 * @param {{ command: string, args: string[], cwd: string, env?: NodeJS.ProcessEnv }} call
 * @returns {Promise<CommandResult>} with standard output and error as they came
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
