/** A command cannot go on. The message names the remedy, so no stack is shown. */
export class CommandError extends Error {
  name = 'CommandError';
  code = 'command-failed';
}
