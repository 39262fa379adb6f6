import { LessThan } from 'typeorm';
import type { Settings } from '../config/settings.js';
import type { AuditVerification } from '../domain/ports/license-store.js';
import type { Database } from '../persistence/database.js';
import { AuditEntryRow } from '../persistence/entities/audit-entry.entity.js';
import { toAuditEntry } from '../persistence/audit/to-audit-entry.js';
import { verifyAuditTrail } from '../persistence/audit/verify-audit-trail.js';
import type { CommandInput } from './command.js';
import { connectService } from './connect-service.js';
import type { AuditReport } from './format-audit.js';
import { withDatabase } from './open-offline.js';
import { readNewest } from './read-newest.js';
import { ServiceAwayError, type ServiceClient } from './service-client.js';

/** Reads the audit trail from the running service or from its database. */
export interface AuditSource {
  /** Returns up to 200 entries before an id, newest first. */
  read(beforeId: number | null, limit: number): Promise<readonly AuditReport[]>;
  verify(notedHead: string | null): Promise<AuditVerification>;
}

/** Reads the newest entries and returns them oldest first. */
export function readNewestEntries(source: AuditSource, limit: number): Promise<AuditReport[]> {
  return readNewest<AuditReport>((last, wanted) => source.read(last?.id ?? null, wanted), limit);
}

/** Works with the audit trail of the running service, or with that in its database. */
export async function withAuditSource<T>(
  input: CommandInput,
  settings: Settings,
  work: (source: AuditSource) => Promise<T>,
): Promise<T> {
  try {
    return await work(auditOfService(connectService(input, settings)));
  } catch (error) {
    if (!(error instanceof ServiceAwayError) || input.textOf('url') !== null) throw error;
    return withDatabase(settings, (database) => work(auditOfDatabase(database)));
  }
}

function auditOfService(service: ServiceClient): AuditSource {
  return {
    async read(beforeId, limit) {
      const before = beforeId === null ? '' : `&before=${beforeId}`;
      const path = `/api/license/audit?limit=${limit}${before}`;
      // As the service sent them, because the hash of an entry covers its exact texts.
      return (await service.readExactly<{ entries: AuditReport[] }>('GET', path)).entries;
    },
    verify: (notedHead) =>
      service.read('GET', `/api/license/audit/verification${notedHead === null ? '' : `?head=${notedHead}`}`),
  };
}

function auditOfDatabase(database: Database): AuditSource {
  return {
    read: (beforeId, limit) =>
      database.read(async (manager) => {
        const rows = await manager.find(AuditEntryRow, {
          ...(beforeId !== null && { where: { id: LessThan(beforeId) } }),
          order: { id: 'DESC' },
          take: limit,
        });
        return rows.map(toAuditEntry);
      }),
    verify: (notedHead) => verifyAuditTrail(database, notedHead),
  };
}
