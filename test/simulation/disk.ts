import type { Database as SqliteDatabase, Statement } from 'better-sqlite3';
import { DataSource } from 'typeorm';
import type { LicenseState } from '../../src/domain/license-state.js';
import type { GrantSecrets } from '../../src/domain/ports/authorization-server.js';
import { endFailedTransaction } from '../../src/persistence/end-failed-transaction.js';
import { decodeState } from '../../src/persistence/license-document.js';
import { schema } from '../../src/persistence/schema.js';
import { SecretBox } from '../../src/persistence/secret-box.js';
import { Sqlite } from '../../src/persistence/sqlite.js';
import { runMigrations } from '../../src/persistence/run-migrations.js';
import type { Owner } from './scheduler.js';

type Row = Readonly<Record<string, unknown>>;
/** The rows of every table. */
export type DiskImage = ReadonlyMap<string, readonly Row[]>;

export interface CommittedRow {
  readonly sequence: number;
  readonly id: string;
  readonly subject: string;
  readonly body: string;
}

/** The license row and the events of a transaction before its commit. */
export interface PreparedCommit {
  readonly version: number;
  readonly state: string;
  readonly secrets: string | null;
  readonly events: readonly CommittedRow[];
  readonly isNotifying: boolean;
}

/** What a commit has made durable. */
export interface Committed {
  readonly version: number;
  readonly state: LicenseState;
  readonly secrets: GrantSecrets | null;
  /** The events that the commit has added. */
  readonly events: readonly CommittedRow[];
}

/** Stores secrets as they are, so that the invariants can read them. */
export class OpenBox extends SecretBox {
  constructor() {
    super(Buffer.alloc(32));
  }

  override seal(_context: string, value: unknown): string {
    return JSON.stringify(value);
  }

  override open(_context: string, sealed: string): unknown {
    return JSON.parse(sealed);
  }
}

/** The database of a server: real SQLite in memory, which outlives the processes that use it. */
export class Disk {
  state: 'ok' | 'full' | 'read-only' = 'ok';
  readonly box = new OpenBox();
  /** Called within the turn of each commit. */
  onCommit: (committed: Committed) => void = () => undefined;
  /** Called when a transaction notifies other processes. */
  onNotify: () => void = () => undefined;
  private isNotifying = false;
  private added: CommittedRow[] = [];
  private version = -1;
  private holder: Owner | null = null;
  /** How many reads and transactions of the holder are under way. It runs them one after the other. */
  private holds = 0;
  private readonly waiting: { readonly owner: Owner; readonly resolve: () => void }[] = [];
  /** Events whose mark a power failure undoes, with the marks before. */
  private unsynced = new Map<number, readonly [published: number | null, atHub: number | null]>();

  private constructor(
    readonly dataSource: DataSource,
    private readonly sqlite: SqliteDatabase,
    /** Whether several processes use it, as they do with PostgreSQL. */
    public isShared: boolean,
  ) {}

  static async create(isShared = false): Promise<Disk> {
    const dataSource = new DataSource({
      type: 'better-sqlite3',
      driver: Sqlite,
      database: ':memory:',
      ...schema,
    });
    await dataSource.initialize();
    await runMigrations(dataSource);
    const { databaseConnection } = dataSource.driver as unknown as { databaseConnection: SqliteDatabase };
    databaseConnection.pragma('foreign_keys = ON');
    const disk = new Disk(dataSource, databaseConnection, isShared);
    disk.watchStatements();
    return disk;
  }

  get isInTransaction(): boolean {
    return this.sqlite.inTransaction;
  }

  /** Forgets the processes of an earlier world. */
  reset(): void {
    this.state = 'ok';
    this.version = -1;
    this.holder = null;
    this.holds = 0;
    this.waiting.length = 0;
  }

  /** Waits until no other process is in a transaction. */
  async lock(owner: Owner): Promise<() => void> {
    if (this.holder === null || this.holder === owner) {
      this.holder = owner;
      this.holds += 1;
    } else await new Promise<void>((resolve) => this.waiting.push({ owner, resolve }));
    // A process that crashed in the turn in which it got the lock does not continue.
    if (!owner.isAlive) await new Promise(() => undefined);
    return () => this.unlock(owner);
  }

  /** The database ends the transaction of a process that has crashed. */
  abandon(owner: Owner): void {
    if (this.isShared && this.holder !== owner) return;
    endFailedTransaction(this.dataSource);
    this.rolledBack();
    if (this.holder === owner) this.holds = 1;
    this.unlock(owner);
  }

  private unlock(owner: Owner): void {
    if (this.holder !== owner) return;
    this.holds -= 1;
    if (this.holds > 0) return;
    this.holder = null;
    while (this.waiting.length > 0) {
      const next = this.waiting.shift();
      if (next === undefined || !next.owner.isAlive) continue;
      this.holder = next.owner;
      this.holds = 1;
      next.resolve();
      return;
    }
  }

  /** Forgets what an earlier transaction has written. */
  rolledBack(): void {
    this.added = [];
    this.isNotifying = false;
  }

  /** Returns what the open transaction is about to commit. Others may change it right after the commit. */
  prepareCommit(): PreparedCommit {
    const prepared = { ...this.readLicense(), events: this.added, isNotifying: this.isNotifying };
    this.rolledBack();
    return prepared;
  }

  /** Reports what a transaction has committed. */
  committed({ version, state, secrets, events, isNotifying }: PreparedCommit): void {
    if (version !== this.version || events.length > 0) {
      this.version = version;
      const opened = secrets === null ? null : (JSON.parse(secrets) as GrantSecrets);
      this.onCommit({ version, state: decodeState(state), secrets: opened, events });
    }
    if (isNotifying) this.onNotify();
  }

  /** Reports the present content as a commit. */
  reread(): void {
    this.version = -1;
    this.committed(this.prepareCommit());
  }

  private readLicense(): { version: number; state: string; secrets: string | null } {
    return this.sqlite.prepare('SELECT version, state, secrets FROM license WHERE id = 1').get() as {
      version: number;
      state: string;
      secrets: string | null;
    };
  }

  rows(sql: string): Row[] {
    return this.sqlite.prepare(sql).all() as Row[];
  }

  run(sql: string, ...values: readonly (number | string | null)[]): void {
    this.sqlite.prepare(sql).run(...values);
  }

  /** Remembers the marks that a commit without a sync may lose. */
  beforeUnsynced(): void {
    for (const row of this.rows(
      'SELECT sequence, published_at, hub_published_at FROM outbox_event WHERE published_at IS NULL OR hub_published_at IS NULL',
    )) {
      const sequence = Number(row['sequence']);
      if (!this.unsynced.has(sequence))
        this.unsynced.set(sequence, [
          row['published_at'] as number | null,
          row['hub_published_at'] as number | null,
        ]);
    }
  }

  synced(): void {
    this.unsynced.clear();
  }

  /** A power failure may undo the commits after the last sync. */
  losePower(): void {
    for (const [sequence, [published, atHub]] of this.unsynced) {
      this.run(
        'UPDATE outbox_event SET published_at = ?, hub_published_at = ? WHERE sequence = ?',
        published,
        atHub,
        sequence,
      );
    }
    this.unsynced.clear();
  }

  copy(): DiskImage {
    return new Map(this.tables().map((table) => [table, this.rows(`SELECT * FROM ${table}`)]));
  }

  /** Replaces everything by an earlier copy. */
  restore(image: DiskImage): void {
    endFailedTransaction(this.dataSource);
    this.rolledBack();
    this.unsynced.clear();
    // The audit trail refuses deletions.
    const triggers = this.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
    for (const { name } of triggers) this.sqlite.exec(`DROP TRIGGER "${String(name)}"`);
    for (const [table, rows] of image) {
      this.run(`DELETE FROM ${table}`);
      for (const row of rows) {
        const names = Object.keys(row);
        this.run(
          `INSERT INTO ${table} (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
          ...(Object.values(row) as (number | string | null)[]),
        );
      }
    }
    for (const { sql } of triggers) this.sqlite.exec(String(sql));
  }

  private tables(): string[] {
    return this.rows(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'migrations'",
    ).map(({ name }) => String(name));
  }

  /** Records inserted events, and accepts the statements that only PostgreSQL has. */
  private watchStatements(): void {
    const { sqlite } = this;
    const prepare = sqlite.prepare.bind(sqlite);
    sqlite.prepare = ((sql: string) => {
      if (sql.startsWith('NOTIFY')) return onRun(prepare('SELECT 1'), () => (this.isNotifying = true));
      if (sql.startsWith('SET LOCAL')) return prepare('SELECT 1');
      const statement = prepare(sql);
      if (!sql.startsWith('INSERT INTO outbox_event')) return statement;
      return onRun(statement, ([sequence, id, subject, body]) => {
        this.added.push({
          sequence: Number(sequence),
          id: String(id),
          subject: String(subject),
          body: String(body),
        });
      });
    }) as typeof sqlite.prepare;
  }
}

function onRun(statement: Statement, listener: (values: readonly unknown[]) => void): Statement {
  for (const name of ['run', 'all'] as const) {
    const original = (statement[name] as (...values: unknown[]) => unknown).bind(statement);
    Object.defineProperty(statement, name, {
      value: (...values: unknown[]) => {
        const result = original(...values);
        listener(values);
        return result;
      },
    });
  }
  return statement;
}
