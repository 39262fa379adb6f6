import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LessThan, LessThanOrEqual, MoreThan } from 'typeorm';
import { initialLicenseState, type LicenseState } from '../domain/license-state.js';
import type { GrantSecrets } from '../domain/ports/authorization-server.js';
import {
  type AuditEntry,
  type AuditFilter,
  type AuditVerification,
  type DueRevocation,
  LicenseStore,
  type LicenseTransaction,
  maxRevocationDelayMs,
  type PendingAuthorization,
  type RecordedAuditEntry,
} from '../domain/ports/license-store.js';
import { appendAuditEntry } from './audit/append-audit-entry.js';
import { changeChannel } from './change-feed.js';
import { Database } from './database.js';
import { AuditEntryRow } from './entities/audit-entry.entity.js';
import { LicenseRow } from './entities/license.entity.js';
import { PendingRevocationRow } from './entities/pending-revocation.entity.js';
import { SecretBox } from './secret-box.js';
import { toAuditEntry } from './audit/to-audit-entry.js';
import {
  type LicenseSnapshot,
  sealPlaces,
  TypeormLicenseTransaction,
} from './typeorm-license-transaction.js';
import { verifyAuditTrail } from './audit/verify-audit-trail.js';

/** Stores the license in the database, and its last committed version in memory for readers. */
@Injectable()
export class TypeormLicenseStore extends LicenseStore implements OnModuleInit {
  private snapshot: LicenseSnapshot = {
    version: -1,
    state: initialLicenseState,
    secrets: null,
    pending: null,
  };
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {
    super();
  }

  async onModuleInit(): Promise<void> {
    this.adopt(await this.read());
  }

  override get state(): LicenseState {
    return this.snapshot.state;
  }

  override get secrets(): GrantSecrets | null {
    return this.snapshot.secrets;
  }

  override get pending(): PendingAuthorization | null {
    return this.snapshot.pending;
  }

  override async transact<T>(work: (transaction: LicenseTransaction) => Promise<T>): Promise<T> {
    const { result, transaction } = await this.database.transact(async (manager) => {
      const begun = await TypeormLicenseTransaction.begin(manager, this.box, this.snapshot);
      const { version } = begun;
      const done = await work(begun);
      if (this.database.isShared && begun.version !== version) await manager.query(`NOTIFY ${changeChannel}`);
      return { result: done, transaction: begun };
    });
    this.adopt(transaction);
    return result;
  }

  override async sync(): Promise<void> {
    if (!this.database.isShared) return;
    const row = await this.database.read((manager) =>
      manager.findOneOrFail(LicenseRow, { select: { version: true }, where: { id: 1 } }),
    );
    if (row.version > this.snapshot.version) this.adopt(await this.read());
  }

  private read(): Promise<TypeormLicenseTransaction> {
    return this.database.read((manager) => TypeormLicenseTransaction.read(manager, this.box));
  }

  /** Replaces the snapshot unless it is newer. */
  private adopt({ version, state, secrets, pending }: LicenseSnapshot): void {
    if (version <= this.snapshot.version) return;
    this.snapshot = { version, state, secrets, pending };
    for (const listener of this.listeners) listener();
  }

  override onCommit(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  override readAudit(
    limit: number,
    beforeId: number | null,
    { action, actor }: AuditFilter = { action: null, actor: null },
  ): Promise<RecordedAuditEntry[]> {
    return this.database.read(async (manager) => {
      const rows = await manager.find(AuditEntryRow, {
        where: {
          ...(beforeId !== null && { id: LessThan(beforeId) }),
          ...(action !== null && { action }),
          ...(actor !== null && { actor }),
        },
        order: { id: 'DESC' },
        take: limit,
      });
      return rows.map(toAuditEntry);
    });
  }

  override listActors(limit: number): Promise<string[]> {
    return this.database.read(async (manager) => {
      const rows = await manager
        .createQueryBuilder(AuditEntryRow, 'entry')
        .select('DISTINCT entry.actor', 'actor')
        .orderBy('entry.actor')
        .limit(limit)
        .getRawMany<{ actor: string }>();
      return rows.map(({ actor }) => actor);
    });
  }

  override verifyAudit(notedHead: string | null): Promise<AuditVerification> {
    return verifyAuditTrail(this.database, notedHead);
  }

  override nextRevocation(now: Date): Promise<DueRevocation | null> {
    return this.database.read(async (manager) => {
      const row = await manager.findOne(PendingRevocationRow, {
        where: [
          { nextAttemptAt: LessThanOrEqual(now) },
          { nextAttemptAt: MoreThan(new Date(now.getTime() + maxRevocationDelayMs)) },
        ],
        order: { id: 'ASC' },
      });
      if (row === null) return null;
      const secrets = this.box.open(sealPlaces.revocation, row.secrets) as GrantSecrets;
      return { id: row.id, secrets, failures: row.failures };
    });
  }

  override async postponeRevocation(id: number, failures: number, nextAttemptAt: Date): Promise<void> {
    await this.database.transact((manager) =>
      manager.update(PendingRevocationRow, { id }, { failures, nextAttemptAt }),
    );
  }

  override async completeRevocation(id: number, entry: AuditEntry): Promise<void> {
    await this.database.transact(async (manager) => {
      await manager.delete(PendingRevocationRow, { id });
      await appendAuditEntry(manager, entry);
    });
  }
}
