// Mutates what decides about a license and about a token, and lets the unit tests find that out.
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'scripts/mutate/vitest.config.mjs' },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // What is read once, when a file is loaded, takes a run of all tests for each mutant: tables have tests for each cell.
  ignoreStatic: true,
  // A machine that does something else as well is slow, and no proof of an endless loop.
  timeoutMS: 20_000,
  mutate: [
    'src/domain/**/*.ts',
    '!src/**/*.spec.ts',
    'src/peers/tokens/{check-claims,dpop-proof,parse-compact-jws,set-bounded,signature-key,token-status-list}.ts',
    'src/peers/{peer-verifier,revocation-list,issuer-keys}.ts',
  ],
  ignorePatterns: ['.cache', 'dist', 'data', 'bench', 'docs', 'client/dist', 'mock-auth-server/dist'],
  tempDirName: '.cache/stryker',
  reporters: ['clear-text', 'progress', 'json'],
  jsonReporter: { fileName: '.cache/mutants.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, allowEmojis: false },
  thresholds: { high: 95, low: 90, break: 90 },
};
