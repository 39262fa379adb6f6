import type { EntityManager } from 'typeorm';

/** The row of the license, as it is stored. */
export interface StoredLicense {
  readonly version: number;
  readonly state: string;
  readonly secrets: string | null;
  readonly audit_head: string;
}

/** Reads the row of the license; `for-update` lets other processes wait until the transaction ends. */
export async function readLicenseRow(
  manager: EntityManager,
  purpose: 'look' | 'for-update',
): Promise<StoredLicense> {
  // An SQLite file has one process, whose transactions come one after the other.
  const isLocking = purpose === 'for-update' && manager.dataSource.options.type === 'postgres';
  const rows = await manager.query<StoredLicense[]>(
    `SELECT version, state, secrets, audit_head FROM license WHERE id = 1${isLocking ? ' FOR UPDATE' : ''}`,
  );
  const [license] = rows;
  if (license === undefined)
    throw new Error('The database has lost the row of its license: restore a backup.');
  return license;
}
