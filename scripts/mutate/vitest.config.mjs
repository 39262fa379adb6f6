import { defineConfig } from 'vitest/config';

// Stryker cannot choose a project. This is the part of the unit project that covers the mutated files.
export default defineConfig({
  test: {
    include: ['src/{domain,peers}/**/*.spec.ts'],
    setupFiles: ['scripts/mutate/end-on-failure.mjs'],
  },
});
