let isListening = false;

/**
 * Makes a worker exit in order when Vitest ends it, which it does by SIGTERM. Otherwise what still runs for the tests (the
 * browser that files share, the processes of a test that has failed) would outlive it.
 */
export function exitAtSigterm(): void {
  if (isListening) return;
  isListening = true;
  process.once('SIGTERM', () => process.exit());
}
