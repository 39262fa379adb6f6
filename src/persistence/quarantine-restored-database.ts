import { type EntityManager, IsNull } from 'typeorm';
import type { Settings } from '../config/settings.js';
import { auditEntry } from '../domain/audit-entry.js';
import type { AuditActor } from '../domain/audit-actor.js';
import { quarantineRestoredLicense } from '../domain/quarantine-restored-license.js';
import { assertServiceStopped } from './assert-service-stopped.js';
import type { Database } from './database.js';
import { LicenseRow } from './entities/license.entity.js';
import { OutboxEventRow } from './entities/outbox-event.entity.js';
import { PendingAuthorizationRow } from './entities/pending-authorization.entity.js';
import { PendingRevocationRow } from './entities/pending-revocation.entity.js';
import { writeKeyCheck } from './open-secret-box.js';
import type { SecretBox } from './secret-box.js';
import { TypeormLicenseTransaction } from './typeorm-license-transaction.js';

export interface SettleOptions {
  readonly isOriginalGone: boolean;
  /** Whether `box` can decrypt the secrets in the database; if not, they are discarded. */
  readonly hasKey: boolean;
  /** Whether its authentication code showed that a service with this key wrote the database. */
  readonly isAuthenticated: boolean;
  readonly actor: AuditActor;
}

/** Prepares a restored database for the start of a service, in one transaction. */
export async function quarantineRestoredDatabase(
  database: Database,
  box: SecretBox,
  { policy }: Settings,
  { isOriginalGone, hasKey, isAuthenticated, actor }: SettleOptions,
): Promise<void> {
  const now = new Date();
  await database.transact(async (manager) => {
    await assertServiceStopped(manager);
    if (!hasKey) await dropSealed(manager, box);
    const transaction = await TypeormLicenseTransaction.begin(manager, box);
    const { state: before } = transaction;
    const { state, events } = quarantineRestoredLicense(before, isOriginalGone, policy, now);
    if (events.length > 0) await dropWaitingEvents(manager, now);
    if (!isOriginalGone) {
      // Drops a pending code too: the original may be polling for it.
      await transaction.savePending(null);
      await transaction.saveSecrets(null);
    }
    await transaction.saveState(state, events);
    const reason = reasonOf(isOriginalGone, isAuthenticated);
    await transaction.appendAudit(auditEntry(now, actor, 'restored', { reason, before, after: state }));
  });
}

function reasonOf(isOriginalGone: boolean, isAuthenticated: boolean): string | null {
  const reasons = [
    isOriginalGone && 'The original is gone: its refresh token stays in use.',
    !isAuthenticated && 'The backup was not authenticated.',
  ].filter((reason) => reason !== false);
  return reasons.length > 0 ? reasons.join(' ') : null;
}

/** The event of the restore replaces these; its sequence is higher than that of later events of the original. */
async function dropWaitingEvents(manager: EntityManager, now: Date): Promise<void> {
  await manager.update(OutboxEventRow, { publishedAt: IsNull() }, { publishedAt: now });
  await manager.update(OutboxEventRow, { hubPublishedAt: IsNull() }, { hubPublishedAt: now });
}

async function dropSealed(manager: EntityManager, box: SecretBox): Promise<void> {
  await manager.update(LicenseRow, { id: 1 }, { secrets: null });
  await manager.deleteAll(PendingAuthorizationRow);
  await manager.deleteAll(PendingRevocationRow);
  await writeKeyCheck(manager, box);
}
