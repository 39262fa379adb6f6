// The built service, set up as main.js does, with one door more: a message makes it commit events. Through its public
// doors a license changes only together with the Authorization server, whose time would be measured as well.
import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { loadBuilt } from './load-built.mjs';

/** @type {typeof import('../../src/app.module.js')} */
const { AppModule } = await loadBuilt('app.module');
/** @type {typeof import('../../src/setup-app.js')} */
const { createAdapter, setupApp } = await loadBuilt('setup-app');
/** @type {typeof import('../../src/config/load-settings.js')} */
const { loadSettings } = await loadBuilt('config/load-settings');
/** @type {typeof import('../../src/logging/create-logger.js')} */
const { createLogger } = await loadBuilt('logging/create-logger');
/** @type {typeof import('../../src/domain/license-event.js')} */
const { emitStatus, unchanged } = await loadBuilt('domain/license-event');
/** @type {typeof import('../../src/domain/ports/license-store.js')} */
const { LicenseStore } = await loadBuilt('domain/ports/license-store');
/** @type {typeof import('../../src/domain/ports/clock.js')} */
const { Clock } = await loadBuilt('domain/ports/clock');

const settings = loadSettings(process.env);
const logger = createLogger(settings);
/** @type {import('@nestjs/platform-fastify').NestFastifyApplication} */
const app = await NestFactory.create(AppModule.forRoot(settings), createAdapter(settings), { logger });
await setupApp(app);
app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
await app.listen(settings.port, settings.host);
logger.log(`Listening on ${await app.getUrl()}.`, 'Service');

process.on('message', (/** @type {DoorRequest} */ request) => {
  void (request.do === 'commit' ? commitEvents(request.count) : addAuditEntries(request.count));
});
process.on('disconnect', () => process.exit(0));

/** @typedef {{ do: 'commit' | 'audit', count: number }} DoorRequest */

/** Commits so many events in one unit of work, as so many refreshes in a row would. @param {number} count */
async function commitEvents(count) {
  const startedAt = process.hrtime.bigint();
  await app.get(LicenseStore).transact(async (transaction) => {
    let change = unchanged(transaction.state);
    for (let index = 0; index < count; index += 1) {
      change = emitStatus(change, 'refreshed', settings.policy, app.get(Clock).now());
    }
    await transaction.saveState(change.state, change.events);
  });
  process.send?.({ startedAt: String(startedAt), committedAt: String(process.hrtime.bigint()) });
}

/** Adds lines to the audit trail, as so many changes would. @param {number} count */
async function addAuditEntries(count) {
  const startedAt = process.hrtime.bigint();
  const { state } = app.get(LicenseStore);
  const summary = { status: state.reportedStatus, serverId: state.identity?.serverId ?? null };
  await app.get(LicenseStore).transact(async (transaction) => {
    for (let index = 0; index < count; index += 1) {
      const at = app.get(Clock).now();
      const reason = randomUUID();
      await transaction.appendAudit({
        at,
        actor: 'system',
        address: null,
        action: 'refreshed',
        reason,
        before: summary,
        after: summary,
      });
    }
  });
  process.send?.({ startedAt: String(startedAt), committedAt: String(process.hrtime.bigint()) });
}
