import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { whileEnding } from '../coordination/shutdown.js';
import { KeyValueRow } from './entities/key-value.entity.js';
import { endFailedTransaction } from './end-failed-transaction.js';
import { Mutex } from '../coordination/mutex.js';
import { explainStorageFault } from './storage-fault.js';

/** Whether a commit waits until it is on the disk. */
type Commit = 'synced' | 'synced-later';

/**
 * Runs all database work in one queue, with its own transaction for each write. TypeORM's SQLite driver shares one
 * connection: otherwise a write would join any open transaction and be lost with it, and a read would see uncommitted
 * data.
 */
@Injectable()
export class Database implements OnApplicationShutdown {
  private readonly mutex = new Mutex();
  private writeFault: string | null = null;
  private hasFailedTransaction = false;
  /** The current mode of SQLite, or `null` if unknown. */
  private sqliteCommit: Commit | null = null;
  /** Of the one connection of SQLite. Otherwise TypeORM creates one for each transaction. */
  private sqliteManager: EntityManager | null = null;

  constructor(private readonly dataSource: DataSource) {}

  /** Whether other processes may write to this database. An SQLite file belongs to one process. */
  get isShared(): boolean {
    return this.dataSource.options.type === 'postgres';
  }

  /**
   * Runs work alone in a transaction: commits when it returns, rolls back when it throws. With `synced-later` the commit
   * does not wait for the disk: a power failure may undo the last such commits, a crash of the process cannot.
   */
  transact<T>(work: (manager: EntityManager) => Promise<T>, commit: Commit = 'synced'): Promise<T> {
    return this.runAlone(async () => {
      try {
        const result = await this.runTransaction(work, commit);
        this.writeFault = null;
        return result;
      } catch (error) {
        this.hasFailedTransaction = true;
        this.writeFault = explainStorageFault(error) ?? this.writeFault;
        throw error;
      }
    });
  }

  private async runTransaction<T>(work: (manager: EntityManager) => Promise<T>, commit: Commit): Promise<T> {
    if (this.isShared) {
      return this.dataSource.transaction(async (manager) => {
        if (commit === 'synced-later') await manager.query('SET LOCAL synchronous_commit = off');
        return work(manager);
      });
    }
    await this.prepareCommitOfSqlite(commit);
    const result = await this.manager.transaction(work);
    // Prepares the next synced commit now, because somebody waits for it. If this fails, that commit tries again.
    await this.prepareCommitOfSqlite('synced').catch(() => undefined);
    return result;
  }

  /**
   * A synced commit also syncs the commits before it: they are in the same log. Moving the log into the database takes as long
   * as several commits, so a synced commit does it only if no other has done it before.
   */
  private async prepareCommitOfSqlite(commit: Commit): Promise<void> {
    if (this.sqliteCommit === commit) return;
    this.sqliteCommit = null;
    const [synchronous, logPages] = commit === 'synced' ? ['FULL', 4000] : ['NORMAL', 1000];
    await this.manager.query(`PRAGMA synchronous = ${synchronous}`);
    await this.manager.query(`PRAGMA wal_autocheckpoint = ${logPages}`);
    this.sqliteCommit = commit;
  }

  /** Returns the storage fault of the last write if a test write still fails, otherwise `null`. */
  async findWriteFault(): Promise<string | null> {
    if (this.writeFault === null) return null;
    const value = new Date().toISOString();
    await this.transact((manager) =>
      manager.upsert(KeyValueRow, { name: 'write-check', value }, ['name']),
    ).catch(() => undefined);
    return this.writeFault;
  }

  /** Runs read-only work between transactions. */
  read<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.runAlone(() => work(this.manager));
  }

  private get manager(): EntityManager {
    if (this.isShared) return this.dataSource.manager;
    this.sqliteManager ??= this.dataSource.createQueryRunner().manager;
    return this.sqliteManager;
  }

  private runAlone<T>(work: () => Promise<T>): Promise<T> {
    return this.mutex.run(() => {
      if (this.hasFailedTransaction) this.endFailedTransaction();
      return work();
    });
  }

  private endFailedTransaction(): void {
    endFailedTransaction(this.dataSource);
    this.sqliteManager = null;
    this.hasFailedTransaction = false;
  }

  onApplicationShutdown(): Promise<void> {
    return whileEnding('the database', this.close());
  }

  /** Closes the connection after the queued work. */
  close(): Promise<void> {
    return this.mutex.run(async () => {
      if (this.dataSource.isInitialized) await this.dataSource.destroy();
    });
  }
}
