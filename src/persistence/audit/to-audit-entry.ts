import type { AuditAction, RecordedAuditEntry } from '../../domain/ports/license-store.js';
import { bigintTransformer } from '../instant-transformer.js';
import type { AuditEntryRow } from '../entities/audit-entry.entity.js';

export function toAuditEntry(row: AuditEntryRow): RecordedAuditEntry {
  const { id, at, actor, address, action, reason, before, after, hash } = row;
  return {
    // PostgreSQL returns a bigint as a string.
    id: bigintTransformer.from(id) as number,
    at,
    actor,
    address,
    action: action as AuditAction,
    reason,
    before: parse(before),
    after: parse(after),
    hash,
  };
}

function parse(json: string | null): Record<string, unknown> | null {
  return json === null ? null : (JSON.parse(json) as Record<string, unknown>);
}
