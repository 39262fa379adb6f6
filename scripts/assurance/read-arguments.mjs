/** The command line is not what it has to be. */
class UsageError extends Error {
  name = 'UsageError';
  code = 'usage';
}

/**
 * @param {readonly string[]} words
 * @param {readonly string[]} known the names of all rows
 * @returns {{ isList: boolean, names: readonly string[] }} the rows to run
 * @throws {UsageError}
 */
export function readArguments(words, known) {
  const names = words.filter((word) => word !== '--list');
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(
      `${unknown.join(', ')}: not known. npm run assurance -- [--list] [row …], where a row is one of ` +
        known.join(' '),
    );
  }
  return { isList: words.includes('--list'), names: names.length === 0 ? known : names };
}
