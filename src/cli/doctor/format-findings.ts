import { formatTable } from '../format-table.js';
import type { Finding } from './finding.js';

/** Formats findings as one line each, with the remedy below, and a summary. */
export function formatFindings(findings: readonly Finding[]): string {
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
  if (fails + warns === 0) return 'No faults.';
  return `${plural(fails, 'fault')}, ${plural(warns, 'warning')}.`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
