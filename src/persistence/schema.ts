import { AuditEntryRow } from './entities/audit-entry.entity.js';
import { LeaseRow } from './entities/lease.entity.js';
import { LicenseRow } from './entities/license.entity.js';
import { OutboxEventRow } from './entities/outbox-event.entity.js';
import { PeerRow } from './entities/peer.entity.js';
import { PendingAuthorizationRow } from './entities/pending-authorization.entity.js';
import { PendingRevocationRow } from './entities/pending-revocation.entity.js';
import { KeyValueRow } from './entities/key-value.entity.js';
import { UsedProofRow } from './entities/used-proof.entity.js';
import { CreateSchema1764000000000 } from './migrations/1764000000000-create-schema.js';
import { AddUsedProofs1764100000000 } from './migrations/1764100000000-add-used-proofs.js';
import { DeliverToHub1764200000000 } from './migrations/1764200000000-deliver-to-hub.js';
import { AddPeers1764300000000 } from './migrations/1764300000000-add-peers.js';
import { ChainAuditTrail1764400000000 } from './migrations/1764400000000-chain-audit-trail.js';
import { RecordRefusals1764500000000 } from './migrations/1764500000000-record-refusals.js';
import { AddServiceVersion1764519100000 } from './migrations/1764519100000-add-service-version.js';
import { AddClockAhead1764520000000 } from './migrations/1764520000000-add-clock-ahead.js';

/** The tables and migrations, the same for both databases. */
export const schema = {
  entities: [
    LicenseRow,
    PendingAuthorizationRow,
    PendingRevocationRow,
    OutboxEventRow,
    AuditEntryRow,
    KeyValueRow,
    LeaseRow,
    UsedProofRow,
    PeerRow,
  ],
  migrations: [
    CreateSchema1764000000000,
    AddUsedProofs1764100000000,
    DeliverToHub1764200000000,
    AddPeers1764300000000,
    ChainAuditTrail1764400000000,
    RecordRefusals1764500000000,
    AddServiceVersion1764519100000,
    AddClockAhead1764520000000,
  ],
  // All or none: a failed upgrade leaves the schema of the previous version.
  migrationsTransactionMode: 'all' as const,
};
