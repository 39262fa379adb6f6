// The minimum for publishing a committed change: one row committed to SQLite with the same durability as ours, and one
// JetStream publish on the same broker.
import { randomUUID } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';
import { loadBuilt } from '../fixtures/load-built.mjs';
import { bareSubject } from '../fixtures/start-broker.mjs';

const subject = 'bench.status';
const { Sqlite } = await loadBuilt('persistence/sqlite');
const database = new Sqlite(process.env['DATABASE_FILE'] ?? ':memory:');
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec('CREATE TABLE event (id INTEGER PRIMARY KEY, body TEXT NOT NULL)');
const insert = database.prepare('INSERT INTO event (body) VALUES (?)');

const connection = await connect({
  servers: process.env['NATS_URL'] ?? '',
  user: process.env['NATS_USER'] ?? '',
  pass: process.env['NATS_PASSWORD'] ?? '',
});
const manager = await jetstreamManager(connection);
await manager.streams.delete('BENCH').catch(() => false);
await manager.streams.add({
  name: 'BENCH',
  subjects: [subject],
  max_msgs_per_subject: 1000,
  allow_direct: true,
});
const client = jetstream(connection);
const body = process.env['BODY'] ?? '';
const messageId = headers();
messageId.set('Nats-Msg-Id', randomUUID());

process.on('message', (/** @type {{ count: number }} */ { count }) => void publish(count));
process.on('disconnect', () => process.exit(0));
console.log('Ready.');

/**
 * Commits and publishes one event, or only publishes many in order with 256 in flight. With a count of 0 it publishes one
 * message with an id, without commit and stream.
 */
async function publish(/** @type {number} */ count) {
  const startedAt = process.hrtime.bigint();
  if (count === 0) connection.publish(bareSubject, body, { headers: messageId });
  if (count === 1) insert.run(body);
  for (let sent = 0; sent < count; sent += 256) {
    const batch = Math.min(256, count - sent);
    await Promise.all(Array.from({ length: batch }, () => client.publish(subject, body)));
  }
  process.send?.({ startedAt: String(startedAt) });
}
