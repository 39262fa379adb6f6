import type { EntityManager } from 'typeorm';
import type { LicenseEvent } from '../domain/license-event.js';
import type { LicenseState } from '../domain/license-state.js';
import type { GrantSecrets } from '../domain/ports/authorization-server.js';
import type { AuditEntry, LicenseTransaction, PendingAuthorization } from '../domain/ports/license-store.js';
import { toCloudEvent } from '../events/cloud-event.js';
import { newEventId } from '../events/new-event-id.js';
import { appendAuditEntry } from './audit/append-audit-entry.js';
import { changeRows } from './change-rows.js';
import { PendingRevocationRow } from './entities/pending-revocation.entity.js';
import { decodePending, decodeState, encodeState } from './license-document.js';
import { readLicenseRow } from './read-license-row.js';
import type { SecretBox } from './secret-box.js';

/** The place of each secret, authenticated by {@link SecretBox}. */
export const sealPlaces = {
  secrets: 'license.secrets',
  pending: 'pending_authorization.sealed',
  revocation: 'pending_revocation.secrets',
} as const;

/** Another process changed the license during this transaction. */
export class ConcurrentChangeError extends Error {
  readonly code = 'concurrent-change';

  constructor() {
    super('The license was changed by another process at the same time; nothing was written.');
    this.name = 'ConcurrentChangeError';
  }
}

/** A committed version of the license. */
export type LicenseSnapshot = Readonly<
  Pick<TypeormLicenseTransaction, 'version' | 'state' | 'secrets' | 'pending'>
>;

/**
 * A unit of work in an open database transaction, which sees its own changes. Raw SQL: building these statements with
 * TypeORM takes as long as the fsync.
 */
export class TypeormLicenseTransaction implements LicenseTransaction {
  private constructor(
    private readonly manager: EntityManager,
    private readonly box: SecretBox,
    public version: number,
    public state: LicenseState,
    public secrets: GrantSecrets | null,
    public pending: PendingAuthorization | null,
  ) {}

  /**
   * Begins a unit of work; other processes that write wait until it ends.
   * @param known the last known version, which is not decrypted again if it is still the stored one
   */
  static begin(
    manager: EntityManager,
    box: SecretBox,
    known: LicenseSnapshot | null = null,
  ): Promise<TypeormLicenseTransaction> {
    return this.load(manager, box, 'for-update', known);
  }

  /** Reads the last committed state. */
  static read(manager: EntityManager, box: SecretBox): Promise<TypeormLicenseTransaction> {
    return this.load(manager, box, 'look', null);
  }

  private static async load(
    manager: EntityManager,
    box: SecretBox,
    purpose: 'look' | 'for-update',
    known: LicenseSnapshot | null,
  ): Promise<TypeormLicenseTransaction> {
    const license = await readLicenseRow(manager, purpose);
    if (license.version === known?.version) {
      return new TypeormLicenseTransaction(
        manager,
        box,
        known.version,
        known.state,
        known.secrets,
        known.pending,
      );
    }
    const [pending] = await manager.query<{ sealed: string }[]>('SELECT sealed FROM pending_authorization');
    return new TypeormLicenseTransaction(
      manager,
      box,
      license.version,
      decodeState(license.state),
      license.secrets ? (box.open(sealPlaces.secrets, license.secrets) as GrantSecrets) : null,
      pending ? decodePending(box.open(sealPlaces.pending, pending.sealed)) : null,
    );
  }

  async saveState(state: LicenseState, events: readonly LicenseEvent[]): Promise<void> {
    await this.writeLicense(', state = ?', [encodeState(state)]);
    for (const event of events) await this.insertEvent(event);
    this.state = state;
  }

  async saveSecrets(secrets: GrantSecrets | null): Promise<void> {
    await this.writeLicense(', secrets = ?', [secrets && this.box.seal(sealPlaces.secrets, secrets)]);
    this.secrets = secrets;
  }

  async savePending(pending: PendingAuthorization | null): Promise<void> {
    // Other processes read again only if the version has changed.
    await this.writeLicense('', []);
    await changeRows(this.manager, 'DELETE FROM pending_authorization', []);
    if (pending !== null) {
      const sealed = this.box.seal(sealPlaces.pending, pending);
      await changeRows(this.manager, 'INSERT INTO pending_authorization (id, sealed) VALUES (1, ?)', [
        sealed,
      ]);
    }
    this.pending = pending;
  }

  async appendAudit(entry: AuditEntry): Promise<void> {
    await appendAuditEntry(this.manager, entry);
  }

  async queueRevocation(secrets: GrantSecrets, at: Date): Promise<void> {
    await this.manager.insert(PendingRevocationRow, {
      secrets: this.box.seal(sealPlaces.revocation, secrets),
      failures: 0,
      nextAttemptAt: at,
    });
  }

  private async writeLicense(assignment: string, values: readonly (string | null)[]): Promise<void> {
    const { manager, version } = this;
    const statement = `UPDATE license SET version = ?${assignment} WHERE id = 1 AND version = ?`;
    const changed = await changeRows(manager, statement, [version + 1, ...values, version]);
    if (changed !== 1) throw new ConcurrentChangeError();
    this.version += 1;
  }

  private async insertEvent(event: LicenseEvent): Promise<void> {
    const id = newEventId(event.time);
    await changeRows(
      this.manager,
      'INSERT INTO outbox_event (sequence, event_id, subject, body, created_at) VALUES (?, ?, ?, ?, ?)',
      [event.sequence, id, event.type, toCloudEvent(event, id), event.time.getTime()],
    );
  }
}
