import { defineConfig } from 'vitest/config';

// Unit specs stand beside their file; a behaviour across modules is one file in test/, with the real parts around it.
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.spec.ts', 'scripts/**/*.spec.mjs', 'bench/**/*.spec.mjs'],
        },
      },
      {
        test: {
          name: 'mock-auth-server',
          include: ['mock-auth-server/**/*.spec.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'client',
          include: ['client/**/*.spec.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e-spec.ts'],
          exclude: [
            'test/{share-a-database,outlive-a-paused-leader,run-in-containers}.e2e-spec.ts',
            // Mounts a file system, which only root may: of the long form alone.
            ...(process.env['SMALL_DISK'] === 'on' ? [] : ['test/survive-small-disk.e2e-spec.ts']),
          ],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Builds images, which takes minutes: npm run test:containers.
        test: {
          name: 'containers',
          include: ['test/run-in-containers.e2e-spec.ts'],
          testTimeout: 120_000,
        },
      },
      {
        // The same behaviours on the other database; what concerns SQLite's files stays with the first.
        test: {
          name: 'e2e-postgres',
          env: { DB: 'postgres' },
          include: [
            'test/{acquire,refresh,renew,remove}-license.e2e-spec.ts',
            'test/{warn-of-expiry,survive-unusable-answers}.e2e-spec.ts',
            'test/publish-events.e2e-spec.ts',
            'test/{distrust-clock,refresh-answer-lost,rotate-key}.e2e-spec.ts',
            'test/{poll-authorization,bind-tokens,report-health}.e2e-spec.ts',
            'test/{keep-concurrent-writes,keep-secrets-sealed,leak-nothing}.e2e-spec.ts',
            'test/{survive-failing-calls,survive-lost-exchanges,survive-kill,survive-kill-at-each-step,stop-gracefully}.e2e-spec.ts',
            'test/{share-a-database,outlive-a-paused-leader}.e2e-spec.ts',
            'test/{identify-peers,list-peers,deliver-to-hub,verify-audit-trail,upgrade-database}.e2e-spec.ts',
          ],
          globalSetup: ['test/support/postgres-cluster.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
