import { defineConfig } from 'vitest/config';

// Stryker cannot choose a project. This is the part of the unit project that covers the mutated files.
export default defineConfig({
  test: {
    include: ['src/{config,domain,peers}/**/*.spec.ts'],
    // A busy machine needs longer than the five seconds of the default, and Stryker has its own limit for a mutant.
    testTimeout: 60_000,
    setupFiles: ['scripts/mutate/end-on-failure.mjs'],
  },
});
