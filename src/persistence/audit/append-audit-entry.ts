import type { EntityManager } from 'typeorm';
import type { AuditEntry } from '../../domain/ports/license-store.js';
import { changeRows } from '../change-rows.js';
import { hashAuditEntry } from './hash-audit-entry.js';
import { readLicenseRow } from '../read-license-row.js';

/**
 * Appends an entry to the audit trail within an open transaction. Locks the license row, which stores the head of the
 * chain, so two processes cannot follow the same entry.
 */
export async function appendAuditEntry(manager: EntityManager, entry: AuditEntry): Promise<void> {
  const { audit_head: head } = await readLicenseRow(manager, 'for-update');
  const hash = hashAuditEntry(head, entry);
  const { at, actor, address, action, reason, before, after } = entry;
  await changeRows(
    manager,
    'INSERT INTO audit_entry (at, actor, address, action, reason, before, after, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    [at.getTime(), actor, address, action, reason, asJson(before), asJson(after), hash],
  );
  await changeRows(manager, 'UPDATE license SET audit_head = ? WHERE id = 1', [hash]);
}

const asJson = (summary: object | null): string | null => summary && JSON.stringify(summary);
