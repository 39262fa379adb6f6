import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RecordedAuditEntry } from '../domain/ports/license-store.js';

/** The byte order mark, without which Excel does not read UTF-8. */
const mark = '\u{FEFF}';
const columns = ['id', 'at', 'actor', 'address', 'action', 'reason', 'before', 'after', 'hash'] as const;

/** Writes the audit trail as CSV (RFC 4180), page by page, with the names and values of the API. */
export async function* writeAuditCsv(
  readPage: (beforeId: number | null) => Promise<readonly RecordedAuditEntry[]>,
): AsyncGenerator<string> {
  yield mark + writeRow(columns);
  let beforeId: number | null = null;
  for (;;) {
    const entries: readonly RecordedAuditEntry[] = await readPage(beforeId);
    const last = entries.at(-1);
    if (last === undefined) return;
    yield entries.map((entry) => writeRow(columns.map((column) => entry[column]))).join('');
    beforeId = last.id;
    // SQLite reads synchronously, and a fast client accepts many pages: without a turn of the event loop, others would wait.
    await nextTurn();
  }
}

function writeRow(values: readonly unknown[]): string {
  return `${values.map((value) => `"${guard(toText(value)).replaceAll('"', '""')}"`).join(',')}\r\n`;
}

function toText(value: unknown): string {
  if (value === null) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * A spreadsheet executes a cell that begins like a formula. The apostrophe makes it text. In languages with a decimal comma, such
 * as Spanish, a spreadsheet ends cells at semicolons, even at those within quotes of this format.
 */
function guard(text: string): string {
  return text.replaceAll(/(^|[;\t])(?=\s*[=+\-@\t\r＝＋－＠])/g, "$1'");
}
