/**
 * Writes a Markdown table.
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function toTable(head, rows) {
  return [head, head.map(() => '---'), ...rows].map(toLine).join('\n');
}

/** @param {readonly string[]} cells */
function toLine(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
}
