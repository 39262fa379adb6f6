import { stillOpen } from './coordination/shutdown.js';

/** Docker kills a container 10 s after it asks it to stop. */
const shutdownTimeoutMs = 9000;

/** Ends the process at the latest 9 s after the first stop signal, and immediately during the start. */
export function limitShutdown(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      // No other listener: the service has not started yet.
      if (process.listenerCount(signal) === 0) process.exit(0);
      setTimeout(() => void giveUp(), shutdownTimeoutMs).unref();
    });
  }
}

async function giveUp(): Promise<void> {
  // Loaded by now, but not when the first signals are handled.
  const { Logger } = await import('@nestjs/common');
  const open = stillOpen().join(', ') || process.getActiveResourcesInfo().join(', ');
  Logger.error(
    `Shutdown took longer than ${shutdownTimeoutMs / 1000} s. Still open: ${open}.`,
    undefined,
    'Service',
  );
  process.exit(1);
}
