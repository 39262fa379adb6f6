import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Leases } from '../coordination/leases.js';
import { Database } from './database.js';
import { LeaseRow } from './entities/lease.entity.js';

/** The time of the database, which all processes share. */
const nowMs = '(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint';
const acquireOrRenewSql = `
  INSERT INTO lease (name, holder, expires_at) VALUES ($1, $2, ${nowMs} + $3)
  ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at
  WHERE lease.holder = EXCLUDED.holder OR lease.expires_at <= ${nowMs}
  RETURNING holder`;

/** Stores leases as rows of the shared database. With SQLite, the only process holds every lease. */
@Injectable()
export class DatabaseLeases extends Leases {
  private readonly holder = randomUUID();

  constructor(private readonly database: Database) {
    super();
  }

  override async acquireOrRenew(name: string, ms: number): Promise<boolean> {
    if (!this.database.isShared) return true;
    const rows = await this.database.transact((manager) =>
      manager.query<unknown[]>(acquireOrRenewSql, [name, this.holder, ms]),
    );
    return rows.length > 0;
  }

  override async release(name: string): Promise<void> {
    if (!this.database.isShared) return;
    await this.database.transact((manager) => manager.delete(LeaseRow, { name, holder: this.holder }));
  }
}
