import type { EntityManager } from 'typeorm';
import { Leases } from '../../src/coordination/leases.js';
import { Database } from '../../src/persistence/database.js';
import type { Disk, PreparedCommit } from './disk.js';
import type { ServiceProcess } from './service-process.js';
import type { World } from './world.js';

class SimulatedStorageError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The real database code, with a call before each transaction, before its commit and before its acknowledgement. */
export class SimulatedDatabase extends Database {
  constructor(
    private readonly world: World,
    private readonly owner: ServiceProcess,
    private readonly disk: Disk,
  ) {
    super(disk.dataSource);
  }

  override get isShared(): boolean {
    return this.disk.isShared;
  }

  override async transact<T>(
    work: (manager: EntityManager) => Promise<T>,
    commit: 'synced' | 'synced-later' = 'synced',
  ): Promise<T> {
    const { world, owner, disk } = this;
    const fault = world.drawFault('database.write', owner);
    await world.call(owner, 'database begin');
    const unlock = await disk.lock(owner);
    let prepared: PreparedCommit | null = null;
    try {
      const result = await super.transact(async (manager) => {
        disk.rolledBack();
        if (fault === 'write-refused')
          throw new SimulatedStorageError('SQLITE_BUSY', 'the database is locked');
        if (commit === 'synced-later') disk.beforeUnsynced();
        const done = await work(manager);
        await world.call(owner, 'database commit');
        if (disk.state === 'full') throw new SimulatedStorageError('SQLITE_FULL', 'database or disk is full');
        if (disk.state === 'read-only')
          throw new SimulatedStorageError('SQLITE_READONLY', 'read-only database');
        if (fault === 'write-undone') throw new SimulatedStorageError('SQLITE_IOERR', 'disk I/O error');
        prepared = disk.prepareCommit();
        return done;
      }, commit);
      if (commit === 'synced') disk.synced();
      if (prepared !== null) disk.committed(prepared);
      await world.call(owner, 'database acknowledge');
      if (fault === 'commit-unacknowledged')
        throw new SimulatedStorageError('SQLITE_IOERR', 'the answer was lost');
      return result;
    } finally {
      unlock();
    }
  }

  override async read<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const { world, owner, disk } = this;
    const fault = world.drawFault('database.read', owner);
    await world.call(owner, 'database read', 10);
    if (fault !== null) throw new SimulatedStorageError('SQLITE_IOERR', 'disk I/O error');
    const unlock = await disk.lock(owner);
    try {
      return await super.read(work);
    } finally {
      unlock();
    }
  }
}

/** The leases of a database that several processes share, by its own clock. */
export class SimulatedLeases extends Leases {
  constructor(
    private readonly world: World,
    private readonly owner: ServiceProcess,
    private readonly held: Map<string, { holder: string; untilMs: number }>,
  ) {
    super();
  }

  override async acquireOrRenew(name: string, ms: number): Promise<boolean> {
    const { world, owner, held } = this;
    const fault = world.drawFault('lease', owner);
    await world.call(owner, `lease ${name}`);
    if (fault === 'lease-refused') throw new SimulatedStorageError('57014', 'canceling statement');
    const present = held.get(name);
    const isFree = present === undefined || present.holder === owner.name || present.untilMs <= world.nowMs;
    if (isFree) held.set(name, { holder: owner.name, untilMs: world.nowMs + ms });
    await world.call(owner, `lease ${name} answered`);
    if (fault === 'lease-unacknowledged')
      throw new SimulatedStorageError('ECONNRESET', 'the answer was lost');
    return isFree;
  }

  override async release(name: string): Promise<void> {
    const { world, owner, held } = this;
    await world.call(owner, `release ${name}`);
    if (held.get(name)?.holder === owner.name) held.delete(name);
  }
}
