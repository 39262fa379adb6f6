import type { EntityManager } from 'typeorm';
import { LeaseRow } from './entities/lease.entity.js';

/** A service still uses the database that a command needs to change. */
export class ServiceRunningError extends Error {
  readonly code = 'service-running';

  constructor() {
    super('A service still uses this database: stop every instance, then run the command again.');
    this.name = 'ServiceRunningError';
  }
}

/**
 * Checks that no process holds a lease in a shared database. An SQLite file is locked by its one process anyway.
 * @throws ServiceRunningError
 */
export async function assertServiceStopped(manager: EntityManager): Promise<void> {
  const leases = await manager.find(LeaseRow);
  if (leases.some(({ expiresAt }) => expiresAt > new Date())) throw new ServiceRunningError();
}
