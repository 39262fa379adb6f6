import { type ExitCode, exitCodes } from './exit-code.js';

/** A command failed; the message names the remedy. */
export class CommandError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly exitCode: ExitCode = exitCodes.failure,
  ) {
    super(message);
    this.name = 'CommandError';
  }
}
