import { CommandError } from './command-error.mjs';

/**
 * Returns the names given on the command line, or all names if none is given.
 * @param {readonly string[]} given
 * @param {readonly string[]} known
 * @throws {CommandError} if a name is unknown
 */
export function chooseNames(given, known) {
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new CommandError(`Unknown: ${unknown.join(', ')}. Choose from: ${known.join(', ')}.`);
  }
  return given.length === 0 ? known : given;
}
