import type { AuditVerification, RecordedAuditEntry } from '../domain/ports/license-store.js';
import { formatTable } from './format-table.js';

/** An audit entry, from JSON or from the database. */
export type AuditReport = Omit<RecordedAuditEntry, 'at'> & { readonly at: Date | string };

/** Formats entries as a table with one line each. */
export function formatAudit(entries: readonly AuditReport[]): string {
  if (entries.length === 0) return 'The audit trail is empty.';
  const head = ['ID', 'TIME', 'ACTOR', 'ADDRESS', 'ACTION', 'REASON AND CHANGES'];
  return formatTable([head, ...entries.map(toRow)]);
}

/** Formats an entry as a line of JSON, its members in the order of its hash. */
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

export function formatVerification({ isIntact, entryCount, head, faults }: AuditVerification): string {
  if (isIntact) return `The audit trail is intact: ${entryCount} entries.\nHead: ${head}`;
  return [
    'The audit trail was tampered with, or is damaged:',
    ...faults.map(({ message }) => `  - ${message}`),
  ].join('\n');
}

function toRow({ id, at, actor, address, action, reason, before, after }: AuditReport): string[] {
  const changes = listChanges(before, after);
  const why = [reason, changes].filter((text) => text !== null && text !== '').join('; ');
  return [String(id), new Date(at).toISOString(), actor, address ?? '-', action, why];
}

/** Formats changes, such as `status: licensed → expired`. */
function listChanges(before: AuditReport['before'], after: AuditReport['after']): string {
  if (after === null) return '';
  return Object.entries(after)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before?.[name]))
    .map(
      ([name, value]) =>
        `${name}: ${before === null ? '' : `${formatValue(before[name])} → `}${formatValue(value)}`,
    )
    .join(', ');
}

function formatValue(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return value.join('+');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
