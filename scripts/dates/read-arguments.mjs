import { parseArgs } from 'node:util';

const knownProjects = ['unit', 'mock-auth-server', 'client', 'e2e'];

/** The command line is not what it has to be. */
class UsageError extends Error {
  name = 'UsageError';
  code = 'usage';
}

/**
 * Reads `[--list] [--shift name]… [--project name]… [--minutes n] [file …]`.
 * @param {readonly string[]} words
 * @param {readonly string[]} knownShifts
 * @throws {UsageError}
 */
export function readArguments(words, knownShifts) {
  const { values, positionals } = parse(words);
  const { list: isList = false, shift: shifts = [], project: projects = [], minutes = '45' } = values;
  for (const [option, given, known] of /** @type {const} */ ([
    ['--shift', shifts, knownShifts],
    ['--project', projects, knownProjects],
  ])) {
    const unknown = given.filter((name) => !known.includes(name));
    if (unknown.length > 0) throw new UsageError(`${option} ${unknown.join(', ')}: use ${known.join(', ')}`);
  }
  if (!/^[1-9]\d{0,3}$/.test(minutes)) throw new UsageError('--minutes takes a number from 1 to 9999');
  return {
    isList,
    shifts: shifts.length === 0 ? knownShifts : shifts,
    projects: projects.length === 0 ? knownProjects : projects,
    minutes: Number(minutes),
    files: positionals,
  };
}

/** @param {readonly string[]} words */
function parse(words) {
  const text = /** @type {const} */ ({ type: 'string', multiple: true });
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { list: { type: 'boolean' }, shift: text, project: text, minutes: { type: 'string' } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
