/** The command line is not what it has to be. */
class UsageError extends Error {
  name = 'UsageError';
  code = 'usage';
}

/**
 * @typedef {object} BenchArguments
 * @property {boolean} isCheck whether targets that are not met make the command fail
 * @property {boolean} isQuick fewer and shorter rounds: for a look, not for a figure
 * @property {readonly string[]} names of the benchmarks to run
 */

/**
 * @param {readonly string[]} words
 * @param {readonly string[]} known the names of all benchmarks
 * @returns {BenchArguments}
 * @throws {UsageError}
 */
export function readArguments(words, known) {
  const names = words.filter((word) => !word.startsWith('--'));
  const unknown = [
    ...names.filter((name) => !known.includes(name)),
    ...words.filter((word) => word.startsWith('--') && word !== '--check' && word !== '--quick'),
  ];
  if (unknown.length > 0) {
    throw new UsageError(
      `${unknown.join(', ')}: not known. npm run bench -- [--check] [--quick] [benchmark …], where a benchmark is one of\n` +
        known.map((name) => `  ${name}`).join('\n'),
    );
  }
  return {
    isCheck: words.includes('--check'),
    isQuick: words.includes('--quick'),
    names: names.length === 0 ? known : names,
  };
}
