import { Injectable } from '@nestjs/common';
import {
  type EntityManager,
  In,
  IsNull,
  LessThan,
  LessThanOrEqual,
  Not,
  type SelectQueryBuilder,
} from 'typeorm';
import { Settings } from '../config/settings.js';
import { Database } from '../persistence/database.js';
import { PeerRow } from '../persistence/entities/peer.entity.js';
import type { DeviceKind } from '../domain/device-kind.js';
import { needsAttentionFrom } from './attention.js';
import type { KnownPeer } from './peer-record.js';
import { type PeerSighting, applySighting } from './apply-sighting.js';
import { type PeerCursor, type PeerQuery, writePeerCursor } from './peer-page.js';

/** The latest possible Date. */
const never = new Date(8.64e15);
/** An arbitrary number for the lock that lets one process at a time write the list. */
const writeLock = 0x504f5350;
/** Appended to a prefix, sorts after all texts with that prefix. */
const last = '\u{10FFFF}';

export interface PeerPage {
  readonly peers: readonly KnownPeer[];
  readonly nextAfter: string | null;
}

/** Stores the registers and store servers that this server knows. */
@Injectable()
export class PeerRepository {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
  ) {}

  /** Applies sightings in their order, in one transaction with `alsoWrite`. */
  async record(
    sightings: readonly PeerSighting[],
    alsoWrite?: (manager: EntityManager) => Promise<unknown>,
  ): Promise<void> {
    await this.database.transact(async (manager) => {
      if (this.database.isShared) await manager.query('SELECT pg_advisory_xact_lock($1)', [writeLock]);
      const changed = this.applySighting(await find(manager, sightings), sightings);
      if (changed.length > 0) await manager.upsert(PeerRow, changed.map(toRow), ['deviceId']);
      await alsoWrite?.(manager);
    });
  }

  private applySighting(known: Map<string, KnownPeer>, sightings: readonly PeerSighting[]): KnownPeer[] {
    const changed = new Map<string, KnownPeer>();
    for (const sighting of sightings) {
      const { deviceId } = sighting;
      const before = known.get(deviceId) ?? null;
      const after = applySighting(before, sighting, this.settings.policy.tokenWarningsSeconds);
      if (after === null || after === before) continue;
      known.set(deviceId, after);
      changed.set(deviceId, after);
    }
    return [...changed.values()];
  }

  /** Reads a page: first the peers that need attention at `now`, then the others. */
  read(query: PeerQuery, now: Date): Promise<PeerPage> {
    return this.database.read(async (manager) => {
      // One more than the page holds shows whether there is a next page.
      const most = query.limit + 1;
      const urgent = query.after?.part === 'rest' ? [] : await selectUrgent(manager, query, now, most);
      const left = query.attention ? 0 : most - urgent.length;
      const rest = left === 0 ? [] : await selectRest(manager, query, now, left);
      const rows = [...urgent, ...rest].slice(0, query.limit);
      const end = rows.at(-1);
      const hasMore = urgent.length + rest.length > query.limit && end !== undefined;
      return {
        peers: rows,
        nextAfter: hasMore ? writePeerCursor(cursorOf(end, urgent.includes(end))) : null,
      };
    });
  }

  /** Counts all peers, and those that need attention at `now`. */
  count(now: Date): Promise<{ total: number; attention: number }> {
    return this.database.read(async (manager) => ({
      total: await manager.count(PeerRow),
      attention: await manager.countBy(PeerRow, { needsAttentionFrom: LessThanOrEqual(now) }),
    }));
  }

  /** Counts the peers whose last attempt this server refused. */
  countRefused(): Promise<number> {
    return this.database.read((manager) => manager.countBy(PeerRow, { refusal: Not(IsNull()) }));
  }

  countOfKind(kind: DeviceKind): Promise<number> {
    return this.database.read((manager) => manager.countBy(PeerRow, { kind }));
  }

  /** Deletes the peers that have not been seen since `before`. */
  async forgetUnseen(before: Date): Promise<void> {
    await this.database.transact((manager) => manager.delete(PeerRow, { lastSeenAt: LessThan(before) }));
  }
}

async function find(
  manager: EntityManager,
  sightings: readonly PeerSighting[],
): Promise<Map<string, KnownPeer>> {
  const ids = [...new Set(sightings.map(({ deviceId }) => deviceId))];
  const rows = await manager.findBy(PeerRow, { deviceId: In(ids) });
  return new Map(rows.map((row) => [row.deviceId, row]));
}

function toRow(peer: KnownPeer): PeerRow {
  return {
    ...peer,
    features: [...peer.features],
    nameKey: peer.name.toLowerCase(),
    needsAttentionFrom: needsAttentionFrom(peer) ?? never,
  };
}

function cursorOf({ deviceId, needsAttentionFrom: from }: PeerRow, isUrgent: boolean): PeerCursor {
  return isUrgent ? { part: 'attention', from, deviceId } : { part: 'rest', deviceId };
}

function selectUrgent(
  manager: EntityManager,
  query: PeerQuery,
  now: Date,
  limit: number,
): Promise<PeerRow[]> {
  const { after } = query;
  const select = selectMatching(manager, query)
    .andWhere('peer.needsAttentionFrom <= :now', { now: now.getTime() })
    .orderBy('peer.needsAttentionFrom')
    .addOrderBy('peer.deviceId')
    .limit(limit);
  if (after?.part === 'attention') {
    const cursor = { from: after.from.getTime(), after: after.deviceId };
    select.andWhere('(peer.needsAttentionFrom, peer.deviceId) > (:from, :after)', cursor);
  }
  return select.getMany();
}

function selectRest(manager: EntityManager, query: PeerQuery, now: Date, limit: number): Promise<PeerRow[]> {
  const { after } = query;
  const select = selectMatching(manager, query)
    // The plus keeps SQLite off this index, which matches nearly all peers and would require a sort.
    .andWhere('+ peer.needsAttentionFrom > :now', { now: now.getTime() })
    .orderBy('peer.deviceId')
    .limit(limit);
  if (after?.part === 'rest') select.andWhere('peer.deviceId > :after', { after: after.deviceId });
  return select.getMany();
}

function selectMatching(manager: EntityManager, { kind, search }: PeerQuery): SelectQueryBuilder<PeerRow> {
  const select = manager.createQueryBuilder(PeerRow, 'peer');
  if (kind !== null) select.andWhere('peer.kind = :kind', { kind });
  if (search !== '') {
    const key = search.toLowerCase();
    select.andWhere(
      '((peer.deviceId >= :id AND peer.deviceId < :idEnd) OR (peer.nameKey >= :key AND peer.nameKey < :keyEnd))',
      { id: search, idEnd: search + last, key, keyEnd: key + last },
    );
  }
  return select;
}
