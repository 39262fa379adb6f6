import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { whileEnding } from '../coordination/shutdown.js';
import { KeyValueRow } from './entities/key-value.entity.js';
import { endFailedTransaction } from './end-failed-transaction.js';
import { Mutex } from '../coordination/mutex.js';
import { explainStorageFault } from './storage-fault.js';

/** Whether a transaction is on the disk when it is committed. */
type Commit = 'synced' | 'synced-later';

/**
 * The one way to the database. TypeORM's SQLite driver has one connection for everybody: a plain write joins whatever
 * transaction is open and is lost with it, and a read sees what is not yet committed. So all work goes through one
 * queue, each piece in a transaction of its own.
 */
@Injectable()
export class Database implements OnApplicationShutdown {
  private readonly mutex = new Mutex();
  private writeFault: string | null = null;
  private hasFailedTransaction = false;
  /** What SQLite is set for; null: not known. */
  private sqliteCommit: Commit | null = null;

  constructor(private readonly dataSource: DataSource) {}

  /** Whether other processes may write to the same database. An SQLite file belongs to one process. */
  get isShared(): boolean {
    return this.dataSource.options.type === 'postgres';
  }

  /**
   * Runs work alone in a transaction: committed when it returns, rolled back when it throws. With `synced-later` nothing
   * waits for the disk: a power cut, but no crash of a process, may take the last such commits back.
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
    if (!this.isShared) await this.prepareCommitOfSqlite(commit);
    return this.dataSource.transaction(async (manager) => {
      if (this.isShared && commit === 'synced-later')
        await manager.query('SET LOCAL synchronous_commit = off');
      return work(manager);
    });
  }

  /** A commit that is synced takes those before it to the disk with it: they are in the same log. */
  private async prepareCommitOfSqlite(commit: Commit): Promise<void> {
    if (this.sqliteCommit === commit) return;
    this.sqliteCommit = null;
    await this.dataSource.query(`PRAGMA synchronous = ${commit === 'synced' ? 'FULL' : 'NORMAL'}`);
    this.sqliteCommit = commit;
  }

  /** Why the last write failed for the storage's fault, if a write fails still; null: as far as is known it takes writes. */
  async findWriteFault(): Promise<string | null> {
    if (this.writeFault === null) return null;
    const value = new Date().toISOString();
    await this.transact((manager) =>
      manager.upsert(KeyValueRow, { name: 'write-check', value }, ['name']),
    ).catch(() => undefined);
    return this.writeFault;
  }

  /** Runs work that only reads, between transactions. */
  read<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.runAlone(() => work(this.dataSource.manager));
  }

  private runAlone<T>(work: () => Promise<T>): Promise<T> {
    return this.mutex.run(() => {
      if (this.hasFailedTransaction) endFailedTransaction(this.dataSource);
      this.hasFailedTransaction = false;
      return work();
    });
  }

  onApplicationShutdown(): Promise<void> {
    return whileEnding('the database', this.close());
  }

  /** Ends the connection, once what waits is done. */
  close(): Promise<void> {
    return this.mutex.run(async () => {
      if (this.dataSource.isInitialized) await this.dataSource.destroy();
    });
  }
}
