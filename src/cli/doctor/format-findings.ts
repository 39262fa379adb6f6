import { formatTable } from '../format-table.js';
import type { Finding } from './finding.js';

/** A line for each finding, the cure below what needs one, and what it all comes to. */
export function formatFindings(findings: readonly Finding[]): string {
  // A message is one line here, however it came.
  const rows = findings.map(({ verdict, check, message }) => [
    verdict,
    check,
    message.replaceAll(/\s*\n\s*/g, ' '),
  ]);
  const lines = formatTable(rows)
    .split('\n')
    .flatMap((line, index) => [
      line,
      ...(findings[index]?.remedy ? [`      → ${findings[index].remedy}`] : []),
    ]);
  return [...lines, '', summarize(findings)].join('\n');
}

function summarize(findings: readonly Finding[]): string {
  const count = (verdict: Finding['verdict']) =>
    findings.filter((finding) => finding.verdict === verdict).length;
  const [fails, warns] = [count('fail'), count('warn')];
  if (fails + warns === 0) return 'Nothing is wrong.';
  return `${plural(fails, 'fault')}, ${plural(warns, 'warning')}.`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
