import type { EntityManager } from 'typeorm';
import type { AuditEntry } from '../licensing/ports/license-store.js';
import { AuditEntryRow } from './entities/audit-entry.entity.js';
import { LicenseRow } from './entities/license.entity.js';
import { hashAuditEntry } from './hash-audit-entry.js';

const onlyRow = { id: 1 };

/**
 * Adds a line to the audit trail within an open transaction. The head of the chain is in the row of the license, which
 * this locks: two processes cannot follow the same entry.
 */
export async function appendAuditEntry(manager: EntityManager, entry: AuditEntry): Promise<void> {
  const isLocking = manager.dataSource.options.type === 'postgres';
  const { auditHead } = await manager.findOneOrFail(LicenseRow, {
    where: onlyRow,
    ...(isLocking && { lock: { mode: 'pessimistic_write' } }),
  });
  const hash = hashAuditEntry(auditHead, entry);
  await manager.insert(AuditEntryRow, {
    ...entry,
    before: entry.before && JSON.stringify(entry.before),
    after: entry.after && JSON.stringify(entry.after),
    hash,
  });
  await manager.update(LicenseRow, onlyRow, { auditHead: hash });
}
