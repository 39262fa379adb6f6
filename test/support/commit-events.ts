import { Settings } from '../../src/config/settings.js';
import { type LicenseChange, emitStatus, unchanged } from '../../src/domain/license-event.js';
import type { LicenseState } from '../../src/domain/license-state.js';
import { Clock } from '../../src/domain/ports/clock.js';
import { LicenseStore } from '../../src/domain/ports/license-store.js';
import { Database } from '../../src/persistence/database.js';
import { OutboxEventRow } from '../../src/persistence/entities/outbox-event.entity.js';
import type { TestApp } from './start-app.js';

/** Commits `count` events of a licensed server in one unit of work, as the same number of refreshes would. */
export async function commitEvents(
  { app }: TestApp,
  count: number,
  alter: (state: LicenseState, index: number) => LicenseState = (state) => state,
): Promise<void> {
  const { policy } = app.get(Settings);
  const clock = app.get(Clock);
  await app.get(LicenseStore).transact(async (transaction) => {
    let change: LicenseChange = unchanged(transaction.state);
    for (let index = 0; index < count; index += 1) {
      change = { ...change, state: alter(change.state, index) };
      change = emitStatus(change, 'refreshed', policy, clock.now());
    }
    await transaction.saveState(change.state, change.events);
  });
}

/** Returns all events ever committed to the outbox, in order. */
export function readOutbox({ app }: TestApp): Promise<OutboxEventRow[]> {
  return app.get(Database).read((manager) => manager.find(OutboxEventRow, { order: { sequence: 'ASC' } }));
}
