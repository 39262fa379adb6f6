import { stillOpen } from './coordination/shutdown.js';

/** Shorter than the 10 s after which Docker kills a container that it stops. */
const shutdownTimeoutMs = 9000;

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    // During the start there is nothing to end in order yet.
    if (process.listenerCount(signal) === 0) process.exit(0);
    setTimeout(() => void giveUp(), shutdownTimeoutMs).unref();
  });
}

/** Ends the process, although something does not end. Exit code 1, as after any stop that fails. */
async function giveUp(): Promise<void> {
  const { Logger } = await import('@nestjs/common');
  const open = stillOpen().join(', ') || process.getActiveResourcesInfo().join(', ');
  Logger.error(
    `The stop takes longer than ${shutdownTimeoutMs / 1000} s. Still open: ${open}.`,
    undefined,
    'Service',
  );
  process.exit(1);
}
