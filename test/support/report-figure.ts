import { appendFileSync } from 'node:fs';

/**
 * Reports the figure of a test for a row of docs/assurance.md, as in `reportFigure('R1', '200 kills, nothing lost')`:
 * on standard output, and in the file that `npm run assurance` reads, one JSON document per line.
 */
export function reportFigure(row: `${'S' | 'R'}${number}`, figure: string): void {
  process.stdout.write(`${row}: ${figure}\n`);
  const path = process.env['ASSURANCE_FIGURES'];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify({ row, figure })}\n`);
}
