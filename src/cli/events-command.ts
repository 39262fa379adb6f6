import { setTimeout as pause } from 'node:timers/promises';
import { durationPattern, parseDurationMs } from '../config/duration.js';
import { loadSettings } from '../config/load-settings.js';
import type { EmittedEvent } from '../outbox/read-events.js';
import type { Command, CommandInput } from './command.js';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';
import { formatEvent } from './format-event.js';
import { readLimit } from './read-limit.js';
import { readNewestEvents } from './read-newest-events.js';
import { ServiceAwayError } from './service-client.js';
import { jsonOption, serviceOptions } from './service-options.js';

const shownByDefault = 50;
const followIntervalMs = 1000;

type ReadAfter = (after: number, limit: number) => Promise<EmittedEvent[]>;

export const eventsCommand: Command = {
  summary: 'lists or follows the events of this server',
  details:
    'Shows the last events of this server, oldest first, one a line. They are kept for 7 days; the audit trail goes back further.\n' +
    'With --follow it also shows each new event, until Ctrl-C or until it has shown as many as --limit names.\n' +
    'With --json each line is a CloudEvent. Without --follow, if the service is not running, it reads the database.',
  options: {
    since: {
      type: 'string',
      placeholder: '<time>',
      help: 'a time such as 2026-11-24T08:00Z, or a duration until now such as 24h or 7d',
    },
    follow: { type: 'boolean', help: 'waits for new events and shows them' },
    limit: {
      type: 'string',
      placeholder: '<n>',
      help: `number of events; default: ${shownByDefault}, with --since all`,
    },
    ...jsonOption,
    ...serviceOptions,
  },
  async run(input) {
    const since = readSince(input.textOf('since'), Date.now());
    const isFollowed = input.isSet('follow');
    const limit = readLimit(input, since !== null || isFollowed ? Infinity : shownByDefault);
    const settings = loadSettings(input.variables);
    const read: ReadAfter = async (after, count) => {
      const events = await readNewestEvents(input, settings, count, after);
      return events.filter(({ time }) => since === null || Date.parse(time) >= since);
    };
    // A sequence is never lower than the time of its event in milliseconds, so no event is missed. After a wrong clock the
    // list may contain older events, which `read` leaves out.
    const start = since === null ? 0 : Math.max(0, since - 1);
    const events = await read(start, isFollowed && since === null ? 1 : limit);
    if (isFollowed) {
      await follow(input, read, { events, start }, limit);
      return exitCodes.ok;
    }
    for (const event of events) show(input, event);
    if (events.length === 0) input.terminal.notify('There are no events.');
    return exitCodes.ok;
  },
};

/** Shows events until there were `limit`. @param first the events to begin with, and the sequence after which they were read */
async function follow(
  input: CommandInput,
  read: ReadAfter,
  { events, start }: { readonly events: readonly EmittedEvent[]; readonly start: number },
  limit: number,
): Promise<void> {
  let [shown, after, isAway] = [0, start, false];
  for (let next = events; ; next = await read(after, Infinity).catch(wait)) {
    isAway &&= next.length === 0;
    for (const event of next.slice(0, limit - shown)) {
      show(input, event);
      after = Number(event.sequence);
      shown += 1;
    }
    if (shown >= limit) return;
    await pause(followIntervalMs);
  }

  function wait(error: unknown): EmittedEvent[] {
    if (!(error instanceof ServiceAwayError)) throw error;
    if (!isAway) input.terminal.notify(`${error.message} Waiting for it.`);
    isAway = true;
    return [];
  }
}

function show({ terminal, isSet }: CommandInput, event: EmittedEvent): void {
  terminal.print(isSet('json') ? JSON.stringify(event) : formatEvent(event));
}

/** Returns Unix milliseconds. */
function readSince(text: string | null, now: number): number | null {
  if (text === null) return null;
  const at = durationPattern.test(text) ? now - parseDurationMs(text) : Date.parse(text);
  if (at >= 0) return at;
  throw new CommandError(
    'bad-since',
    '--since must be a time such as 2026-11-24T08:00Z, or a duration such as 24h.',
    exitCodes.usage,
  );
}
