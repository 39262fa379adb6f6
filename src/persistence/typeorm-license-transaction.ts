import type { EntityManager } from 'typeorm';
import type { LicenseEvent } from '../licensing/domain/license-event.js';
import type { LicenseState } from '../licensing/domain/license-state.js';
import type { GrantSecrets } from '../licensing/ports/authorization-server.js';
import type {
  AuditEntry,
  LicenseTransaction,
  PendingAuthorization,
} from '../licensing/ports/license-store.js';
import { toCloudEvent } from '../outbox/cloud-event.js';
import { newEventId } from '../outbox/new-event-id.js';
import { appendAuditEntry } from './append-audit-entry.js';
import { LicenseRow } from './entities/license.entity.js';
import { OutboxEventRow } from './entities/outbox-event.entity.js';
import { PendingAuthorizationRow } from './entities/pending-authorization.entity.js';
import { PendingRevocationRow } from './entities/pending-revocation.entity.js';
import { decodePending, decodeState, encodeState } from './license-document.js';
import type { SecretBox } from './secret-box.js';

const onlyRow = { id: 1 };

/** Where each secret is kept: authenticated with it, see {@link SecretBox}. */
export const sealPlaces = {
  secrets: 'license.secrets',
  pending: 'pending_authorization.sealed',
  revocation: 'pending_revocation.secrets',
} as const;

/** Another writer changed the license between the reading and the writing of a unit of work. */
export class ConcurrentChangeError extends Error {
  readonly code = 'concurrent-change';

  constructor() {
    super('The license was changed by another process at the same time; nothing was written.');
    this.name = 'ConcurrentChangeError';
  }
}

/** One unit of work in an open database transaction. What was saved is visible in it at once. */
export class TypeormLicenseTransaction implements LicenseTransaction {
  private constructor(
    private readonly manager: EntityManager,
    private readonly box: SecretBox,
    public version: number,
    public state: LicenseState,
    public secrets: GrantSecrets | null,
    public pending: PendingAuthorization | null,
  ) {}

  /** Begins a unit of work; where other processes write too, they wait for its end. */
  static begin(manager: EntityManager, box: SecretBox): Promise<TypeormLicenseTransaction> {
    return this.load(manager, box, manager.dataSource.options.type === 'postgres');
  }

  /** Reads what the last unit of work has left. */
  static read(manager: EntityManager, box: SecretBox): Promise<TypeormLicenseTransaction> {
    return this.load(manager, box, false);
  }

  private static async load(
    manager: EntityManager,
    box: SecretBox,
    isLocking: boolean,
  ): Promise<TypeormLicenseTransaction> {
    const license = await manager.findOneOrFail(LicenseRow, {
      where: onlyRow,
      ...(isLocking && { lock: { mode: 'pessimistic_write' } }),
    });
    const pending = await manager.findOneBy(PendingAuthorizationRow, onlyRow);
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
    await this.writeLicense({ state: encodeState(state) });
    for (const event of events) await this.insertEvent(event);
    this.state = state;
  }

  async saveSecrets(secrets: GrantSecrets | null): Promise<void> {
    await this.writeLicense({ secrets: secrets && this.box.seal(sealPlaces.secrets, secrets) });
    this.secrets = secrets;
  }

  async savePending(pending: PendingAuthorization | null): Promise<void> {
    // The version counts every change that another process would have to read.
    await this.writeLicense({});
    await this.manager.delete(PendingAuthorizationRow, onlyRow);
    if (pending !== null) {
      const sealed = this.box.seal(sealPlaces.pending, pending);
      await this.manager.insert(PendingAuthorizationRow, { ...onlyRow, sealed });
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

  private async writeLicense(values: Partial<Pick<LicenseRow, 'state' | 'secrets'>>): Promise<void> {
    const { affected } = await this.manager.update(
      LicenseRow,
      { ...onlyRow, version: this.version },
      { ...values, version: this.version + 1 },
    );
    if (affected !== 1) throw new ConcurrentChangeError();
    this.version += 1;
  }

  private async insertEvent(event: LicenseEvent): Promise<void> {
    const eventId = newEventId(event.time);
    await this.manager.insert(OutboxEventRow, {
      sequence: event.sequence,
      eventId,
      subject: event.type,
      body: toCloudEvent(event, eventId),
      createdAt: event.time,
      publishedAt: null,
      hubPublishedAt: null,
    });
  }
}
