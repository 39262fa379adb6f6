const NATS_LINE = /^\[\d+\] \d{4}\/\d\d\/\d\d [\d:.]+ \[([A-Z]{3})\] ?(.*)$/;

/**
 * Shortens a line of the broker's log. What it says when all is well fills pages, and is left out.
 * @param {string} line
 * @param {{ isVerbose: boolean }} options
 * @returns {string | null} null: not worth showing
 */
export function formatNatsLine(line, { isVerbose }) {
  const [, level, text] = NATS_LINE.exec(line) ?? [];
  if (level === undefined || text === undefined) return line;
  if (isVerbose) return `${level} ${text}`;
  // The passwords are not in its file, as it believes, but in files of ours that only the owner can read.
  if (level === 'INF' || text.startsWith('Plaintext passwords detected')) return null;
  return `${level} ${text}`;
}
