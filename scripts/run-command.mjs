import { CommandError } from './command-error.mjs';
import { requireSupportedNode } from './require-supported-node.mjs';

/**
 * Runs a command with the words of the command line, and exits with 1 if it fails.
 * @param {() => Promise<(words: string[]) => Promise<unknown>>} load imports the command, which an older Node cannot
 */
export async function runCommand(load) {
  requireSupportedNode();
  try {
    const command = await load();
    await command(process.argv.slice(2));
  } catch (error) {
    console.error(isExpected(error) ? `\n${error.message}` : error);
    process.exit(1);
  }
}

/** @param {unknown} error @returns {error is Error} */
function isExpected(error) {
  if (error instanceof CommandError) return true;
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
