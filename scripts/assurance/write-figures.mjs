import { format, resolveConfig } from 'prettier';

/** What begins with a date is of the last run; what stands before it in the last column was written by a person. */
const lastRun = /(?:^|<br>)\d{4}-\d\d-\d\d: /;

/**
 * Writes the outcome of each row that has run into the last column of docs/assurance.md.
 * @param {string} text
 * @param {{ path: string, outcomes: readonly import('./judge-row.mjs').Outcome[], at: Date }} run
 * @returns {Promise<string>}
 */
export async function writeFigures(text, { path, outcomes, at }) {
  const date = at.toISOString().slice(0, 10);
  const byRow = new Map(outcomes.map((outcome) => [outcome.name, outcome]));
  const lines = text.split('\n').map((line) => {
    const cells = line.split('|');
    const outcome = byRow.get(cells[1]?.trim() ?? '');
    if (outcome === undefined || outcome.verdict === 'not run') return line;
    const [remark = ''] = (cells[4] ?? '').trim().split(lastRun);
    const figure = outcome.verdict === 'green' ? outcome.figure : `failed (${outcome.figure})`;
    const latest = `${date}: ${figure.replaceAll('|', '/')}`;
    cells[4] = ` ${[remark, latest].filter(Boolean).join('<br>')} `;
    return cells.join('|');
  });
  return format(lines.join('\n'), { ...(await resolveConfig(path)), filepath: path });
}
