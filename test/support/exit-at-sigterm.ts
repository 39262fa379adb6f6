let isListening = false;

/**
 * Makes a worker exit in order when Vitest ends it by SIGTERM. Otherwise the shared browser and the processes of a
 * failed test would keep running.
 */
export function exitAtSigterm(): void {
  if (isListening) return;
  isListening = true;
  process.once('SIGTERM', () => process.exit());
}
