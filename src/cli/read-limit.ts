import type { CommandInput } from './command.js';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';

/** Returns the value of `--limit`. */
export function readLimit(input: CommandInput, byDefault: number): number {
  const text = input.textOf('limit');
  if (text === null) return byDefault;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new CommandError('bad-limit', '--limit must be a positive integer.', exitCodes.usage);
}
