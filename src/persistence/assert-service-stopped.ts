import type { EntityManager } from 'typeorm';
import { LeaseRow } from './entities/lease.entity.js';

/** A service still runs on the database that a command is to change. */
export class ServiceRunningError extends Error {
  readonly code = 'service-running';

  constructor() {
    super('A service still uses this database: stop all of them, then run the command again.');
    this.name = 'ServiceRunningError';
  }
}

/**
 * Refuses to go on while a service leads. Only a shared database can be in use here: that of a file is locked by its one
 * process.
 * @throws ServiceRunningError
 */
export async function assertServiceStopped(manager: EntityManager): Promise<void> {
  const leases = await manager.find(LeaseRow);
  if (leases.some(({ expiresAt }) => expiresAt > new Date())) throw new ServiceRunningError();
}
