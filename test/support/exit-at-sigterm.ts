// Vitest ends its workers by SIGTERM. Without an exit in order, what still runs for the tests (a browser that its files share,
// the processes of a test that has failed) would outlive them.
process.once('SIGTERM', () => process.exit());
