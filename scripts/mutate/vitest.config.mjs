import { defineConfig } from 'vitest/config';

// Stryker cannot choose one project of several: this is the unit project again, as far as it concerns what is mutated.
export default defineConfig({
  test: {
    include: ['src/{licensing,peers}/**/*.spec.ts'],
    setupFiles: ['scripts/mutate/end-on-failure.mjs'],
  },
});
