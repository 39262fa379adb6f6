import { type ExitCode, exitCodes } from './exit-code.js';

/** A command cannot be done; the message names the cure. */
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
