const NATS_LINE = /^\[\d+\] \d{4}\/\d\d\/\d\d [\d:.]+ \[([A-Z]{3})\] ?(.*)$/;

/**
 * Shortens a line of the broker's log, and leaves out the many lines at level INFO.
 * @param {string} line
 * @param {{ isVerbose: boolean }} options
 * @returns {string | null} `null` if the line is left out
 */
export function formatNatsLine(line, { isVerbose }) {
  const [, level, text] = NATS_LINE.exec(line) ?? [];
  if (level === undefined || text === undefined) return line;
  if (isVerbose) return `${level} ${text}`;
  // The warning is wrong: the passwords are not in the configuration file, but in files that only the owner can read.
  if (level === 'INF' || text.startsWith('Plaintext passwords detected')) return null;
  return `${level} ${text}`;
}
