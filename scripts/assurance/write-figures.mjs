import { format, resolveConfig } from 'prettier';
import { parseDocument } from 'yaml';

/**
 * Writes the outcome of each row that ran into docs/assurance.yaml.
 * @param {string} text
 * @param {{ path: string, outcomes: readonly import('./judge-row.mjs').Outcome[], at: Date }} run
 * @returns {Promise<string>}
 */
export async function writeFigures(text, { path, outcomes, at }) {
  const date = at.toISOString().slice(0, 10);
  const document = parseDocument(text);
  /** @type {{ row: string }[]} */
  const rows = document.toJS();
  for (const { name, verdict, figure } of outcomes) {
    if (verdict === 'not run') continue;
    const index = rows.findIndex(({ row }) => row === name);
    document.setIn([index, 'lastRun'], `${date}: ${verdict === 'green' ? figure : `failed (${figure})`}`);
  }
  return format(document.toString({ lineWidth: 0 }), { ...(await resolveConfig(path)), filepath: path });
}
