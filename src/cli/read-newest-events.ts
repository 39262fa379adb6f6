import type { Settings } from '../config/settings.js';
import { type EmittedEvent, type EventQuery, maxSequence, readEvents } from '../outbox/read-events.js';
import type { CommandInput } from './command.js';
import { connectService } from './connect-service.js';
import { withDatabase } from './open-offline.js';
import { readNewest } from './read-newest.js';
import { ServiceAwayError } from './service-client.js';

/**
 * Reads up to `limit` events with a sequence above `after`, oldest first: from the running service, or from its database
 * unless the command follows them.
 */
export function readNewestEvents(
  input: CommandInput,
  settings: Settings,
  limit: number,
  after = 0,
): Promise<EmittedEvent[]> {
  return readNewest<EmittedEvent>(
    (last, wanted) =>
      readPage(input, settings, {
        limit: wanted,
        after,
        before: last === null ? maxSequence : Number(last.sequence),
      }),
    limit,
  );
}

async function readPage(
  input: CommandInput,
  settings: Settings,
  query: EventQuery,
): Promise<readonly EmittedEvent[]> {
  const path = `/api/events?limit=${query.limit}&after=${query.after}&before=${query.before}`;
  try {
    return (await connectService(input, settings).read<{ events: EmittedEvent[] }>('GET', path)).events;
  } catch (error) {
    const mustRun = input.isSet('follow') || input.textOf('url') !== null;
    if (!(error instanceof ServiceAwayError) || mustRun) throw error;
    return withDatabase(settings, (database) => database.read((manager) => readEvents(manager, query)));
  }
}
