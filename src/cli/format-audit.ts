import type { AuditVerification, RecordedAuditEntry } from '../domain/ports/license-store.js';
import { formatTable } from './format-table.js';

/** An entry as JSON brings it, or as the database does. */
export type AuditReport = Omit<RecordedAuditEntry, 'at'> & { readonly at: Date | string };

/** Lays entries out in a table, a line each. */
export function formatAudit(entries: readonly AuditReport[]): string {
  if (entries.length === 0) return 'The audit trail is empty.';
  const head = ['ID', 'WHEN', 'WHO', 'FROM', 'WHAT', 'WHY AND WHAT HAS CHANGED'];
  return formatTable([head, ...entries.map(toRow)]);
}

/** Writes an entry as a line of JSON, its members in the order in which its hash is computed. */
export function toJsonLine({
  id,
  at,
  actor,
  address,
  action,
  reason,
  before,
  after,
  hash,
}: AuditReport): string {
  return JSON.stringify({ id, at, actor, address, action, reason, before, after, hash });
}

/** Says whether the trail is whole, and what is wrong with it. */
export function formatVerification({ isIntact, entryCount, head, faults }: AuditVerification): string {
  if (isIntact) return `The audit trail is whole: ${entryCount} entries.\nHead: ${head}`;
  return [
    'The audit trail was tampered with, or is damaged:',
    ...faults.map(({ message }) => `  - ${message}`),
  ].join('\n');
}

function toRow({ id, at, actor, address, action, reason, before, after }: AuditReport): string[] {
  const changes = listChanges(before, after);
  const why = [reason, changes].filter((text) => text !== null && text !== '').join('; ');
  return [String(id), new Date(at).toISOString(), printable(actor), address ?? '-', action, printable(why)];
}

/** Such as `status: licensed → expired`. */
function listChanges(before: AuditReport['before'], after: AuditReport['after']): string {
  if (after === null) return '';
  return Object.entries(after)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before?.[name]))
    .map(([name, value]) => `${name}: ${before === null ? '' : `${tell(before[name])} → `}${tell(value)}`)
    .join(', ');
}

function tell(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return value.join('+');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Words of a server or a person must not move the cursor of a terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}
