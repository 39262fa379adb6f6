import type { EntityManager } from 'typeorm';

/** The license row. */
export interface StoredLicense {
  readonly version: number;
  readonly state: string;
  readonly secrets: string | null;
  readonly audit_head: string;
}

/** Reads the license row; `for-update` makes other processes wait until the transaction ends. */
export async function readLicenseRow(
  manager: EntityManager,
  purpose: 'look' | 'for-update',
): Promise<StoredLicense> {
  // An SQLite file has only one process, which runs its transactions in sequence.
  const isLocking = purpose === 'for-update' && manager.dataSource.options.type === 'postgres';
  const rows = await manager.query<StoredLicense[]>(
    `SELECT version, state, secrets, audit_head FROM license WHERE id = 1${isLocking ? ' FOR UPDATE' : ''}`,
  );
  const [license] = rows;
  if (license === undefined) throw new Error('The license row is missing in the database: restore a backup.');
  return license;
}
