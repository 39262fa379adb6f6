import { LessThan } from 'typeorm';
import type { Settings } from '../config/settings.js';
import type { AuditVerification } from '../domain/ports/license-store.js';
import { AuditEntryRow } from '../persistence/entities/audit-entry.entity.js';
import { toAuditEntry } from '../persistence/audit/to-audit-entry.js';
import { verifyAuditTrail } from '../persistence/audit/verify-audit-trail.js';
import type { AuditReport } from './format-audit.js';
import { withDatabase } from './open-offline.js';
import type { ServiceClient } from './service-client.js';

const entriesAtOnce = 200;

/** Reads the audit trail from the running service or from its database. */
export interface AuditSource {
  /** Returns up to 200 entries before an id, newest first. */
  read(beforeId: number | null, limit: number): Promise<readonly AuditReport[]>;
  verify(notedHead: string | null): Promise<AuditVerification>;
}

/** Reads the newest entries and returns them oldest first. */
export async function readNewest(source: AuditSource, limit: number): Promise<AuditReport[]> {
  const entries: AuditReport[] = [];
  while (entries.length < limit) {
    const wanted = Math.min(entriesAtOnce, limit - entries.length);
    const page = await source.read(entries.at(-1)?.id ?? null, wanted);
    entries.push(...page);
    if (page.length < wanted) break;
  }
  return entries.toReversed();
}

export function auditOfService(service: ServiceClient): AuditSource {
  return {
    async read(beforeId, limit) {
      const before = beforeId === null ? '' : `&before=${beforeId}`;
      const path = `/api/license/audit?limit=${limit}${before}`;
      return (await service.read<{ entries: AuditReport[] }>('GET', path)).entries;
    },
    verify: (notedHead) =>
      service.read('GET', `/api/license/audit/verification${notedHead === null ? '' : `?head=${notedHead}`}`),
  };
}

export function auditOfDatabase(settings: Settings): AuditSource {
  return {
    read: (beforeId, limit) =>
      withDatabase(settings, (database) =>
        database.read(async (manager) => {
          const rows = await manager.find(AuditEntryRow, {
            ...(beforeId !== null && { where: { id: LessThan(beforeId) } }),
            order: { id: 'DESC' },
            take: limit,
          });
          return rows.map(toAuditEntry);
        }),
      ),
    verify: (notedHead) => withDatabase(settings, (database) => verifyAuditTrail(database, notedHead)),
  };
}
