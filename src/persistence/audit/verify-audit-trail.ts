import { setImmediate as nextTurn } from 'node:timers/promises';
import { type EntityManager, MoreThan } from 'typeorm';
import type { AuditVerification, RecordedAuditEntry } from '../../domain/ports/license-store.js';
import { AuditChainCheck } from './audit-chain-check.js';
import type { Database } from '../database.js';
import { AuditEntryRow } from '../entities/audit-entry.entity.js';
import { LicenseRow } from '../entities/license.entity.js';
import { toAuditEntry } from './to-audit-entry.js';

const entriesAtOnce = 200;

/** Verifies the trail in batches, so that the service keeps working; ignores entries appended after the start. */
export async function verifyAuditTrail(
  database: Database,
  notedHead: string | null,
): Promise<AuditVerification> {
  const end = await database.transact(readEnd);
  const check = new AuditChainCheck(notedHead);
  let lastId = 0;
  while (lastId < end.id) {
    const entries = await readAfter(database, lastId);
    for (const entry of entries) if (entry.id <= end.id) check.follow(entry);
    lastId = entries.at(-1)?.id ?? end.id;
    // SQLite reads synchronously: without a turn of the event loop, all requests would wait for the whole trail.
    await nextTurn();
  }
  return check.end(end.head);
}

async function readAfter(database: Database, id: number): Promise<RecordedAuditEntry[]> {
  const rows = await database.read((manager) =>
    manager.find(AuditEntryRow, { where: { id: MoreThan(id) }, order: { id: 'ASC' }, take: entriesAtOnce }),
  );
  return rows.map(toAuditEntry);
}

/** Reads the last entry and the separately stored head together. */
async function readEnd(manager: EntityManager): Promise<{ id: number; head: string }> {
  const isLocking = manager.dataSource.options.type === 'postgres';
  const { auditHead } = await manager.findOneOrFail(LicenseRow, {
    where: { id: 1 },
    ...(isLocking && { lock: { mode: 'pessimistic_write' } }),
  });
  const [last] = await manager.find(AuditEntryRow, { order: { id: 'DESC' }, take: 1 });
  return { id: last === undefined ? 0 : toAuditEntry(last).id, head: auditHead };
}
