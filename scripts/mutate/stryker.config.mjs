// Mutates the code that decides about licenses and tokens. The unit tests must detect each mutant.
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'scripts/mutate/vitest.config.mjs' },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // A mutant in code that runs when a file is loaded needs a run of all tests. The tables have a test for each cell.
  ignoreStatic: true,
  // On a busy machine a slow test is not an endless loop.
  timeoutMS: 20_000,
  mutate: [
    'src/domain/**/*.ts',
    '!src/**/*.spec.ts',
    // Data: the description of the license view, which the generated documents contain.
    '!src/domain/license-view-schema.ts',
    'src/peers/tokens/{check-claims,dpop-proof,parse-compact-jws,set-bounded,signature-key,token-status-list}.ts',
    'src/peers/{peer-verifier,revocation-list,issuer-keys}.ts',
  ],
  ignorePatterns: [
    '.cache',
    '/build',
    'dist-simulation',
    'dist',
    'data',
    'bench',
    'docs',
    'client/dist',
    'mock-auth-server/dist',
  ],
  tempDirName: '.cache/stryker',
  reporters: ['clear-text', 'progress', 'json'],
  jsonReporter: { fileName: '.cache/mutants.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, allowEmojis: false },
  thresholds: { high: 95, low: 90, break: 90 },
};
