import { Logger } from '@nestjs/common';
import { stillOpen } from './coordination/shutdown.js';

/** Shorter than the 10 s after which Docker kills a container that it stops. */
const shutdownTimeoutMs = 9000;

/** Ends the process 9 s after the first signal to stop, whatever does not end. A signal during the start ends it immediately. */
export function limitShutdown(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      // Nothing else listens yet: there is nothing to end in order.
      if (process.listenerCount(signal) === 0) process.exit(0);
      setTimeout(() => giveUp(), shutdownTimeoutMs).unref();
    });
  }
}

/** Ends the process, although something does not end. Exit code 1, as after any stop that fails. */
function giveUp(): void {
  const open = stillOpen().join(', ') || process.getActiveResourcesInfo().join(', ');
  Logger.error(
    `The stop takes longer than ${shutdownTimeoutMs / 1000} s. Still open: ${open}.`,
    undefined,
    'Service',
  );
  process.exit(1);
}
