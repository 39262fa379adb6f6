import { statfsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { ProgressReporter } from './scripts/test/progress-reporter.mjs';

/**
 * The test files of a project share the modules of their worker, because loading Nest, TypeORM and the application takes
 * longer than most files. `begin-file.ts` clears the state of the support modules.
 */
const shared = {
  isolate: false,
  setupFiles: ['test/support/begin-file.ts'],
  // A project does not inherit this. The default of one second is too short for a loaded machine.
  expect: { poll: { timeout: 20_000 } },
  // More than a poll and a start may take on a loaded machine, so that their message is shown and not this limit.
  testTimeout: 120_000,
  hookTimeout: 60_000,
};

/**
 * The temporary files of tests are in memory if it has room for them, because the databases and brokers wait for the disk
 * at each commit. A killed process loses nothing there either. The unit tests run programs from their temporary folders,
 * which /dev/shm can forbid.
 */
const temporary = findRoom('/dev/shm') > 4 * 2 ** 30 ? { TMPDIR: '/dev/shm' } : {};

function findRoom(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

// Unit specs are next to their file. A behavior across modules is one file in test/, with the real parts.
export default defineConfig({
  test: {
    // For two cores: a file that waits for a process, a broker or a timer does not use one.
    maxWorkers: 5,
    reporters: ['default', new ProgressReporter()],
    // The projects share most sources: each transforms only what no other has.
    experimental: { fsModuleCache: true },
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['src/**/*.spec.ts', 'scripts/**/*.spec.mjs', 'bench/**/*.spec.mjs'],
        },
      },
      {
        test: {
          ...shared,
          name: 'mock-auth-server',
          env: temporary,
          include: ['mock-auth-server/**/*.spec.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
        },
      },
      {
        test: {
          ...shared,
          name: 'client',
          env: temporary,
          include: ['client/**/*.spec.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
        },
      },
      {
        test: {
          ...shared,
          name: 'e2e',
          env: temporary,
          include: ['test/**/*.e2e-spec.ts'],
          exclude: [
            'test/{share-a-database,outlive-a-paused-leader,run-in-containers}.e2e-spec.ts',
            // Random moments: the quick form has them on PostgreSQL, and kills at chosen steps on SQLite.
            ...(process.env['KILLS'] === undefined ? ['test/survive-kill.e2e-spec.ts'] : []),
            // Mounts a file system, which needs root: long form only.
            ...(process.env['SMALL_DISK'] === 'on' ? [] : ['test/survive-small-disk.e2e-spec.ts']),
          ],
        },
      },
      {
        // Builds images, which takes minutes: npm run test:containers.
        test: {
          name: 'containers',
          expect: shared.expect,
          include: ['test/run-in-containers.e2e-spec.ts'],
          testTimeout: 120_000,
        },
      },
      {
        // Behavior that can differ on PostgreSQL: statements, transactions, locks, leases and connections. Behavior above the
        // store (polling, clocks, warnings, DPoP, the network to the Authorization server) is the same there.
        test: {
          ...shared,
          name: 'e2e-postgres',
          env: { DB: 'postgres', ...temporary },
          include: [
            'test/{acquire,remove}-license.e2e-spec.ts',
            'test/{deliver-to-hub,survive-unusable-answers}.e2e-spec.ts',
            'test/{rotate-key,report-health}.e2e-spec.ts',
            'test/{keep-concurrent-writes,keep-secrets-sealed,leak-nothing}.e2e-spec.ts',
            'test/{survive-failing-calls,survive-kill,stop-gracefully,outlive-frozen-parties}.e2e-spec.ts',
            'test/{share-a-database,outlive-a-paused-leader}.e2e-spec.ts',
            'test/{identify-peers,list-peers,verify-audit-trail,upgrade-database,refuse-altered-database}.e2e-spec.ts',
            // Long form only: failing statements and kills at random moments are in the quick form.
            ...(process.env['KILL_STEPS'] === 'all' ? ['test/survive-kill-at-each-step.e2e-spec.ts'] : []),
            ...(process.env['FAILING_CALLS'] === 'all'
              ? [
                  'test/{survive-lost-exchanges,renew-license,refresh-license,refresh-answer-lost}.e2e-spec.ts',
                  'test/publish-events.e2e-spec.ts',
                  'test/{warn-of-expiry,distrust-clock,poll-authorization,bind-tokens}.e2e-spec.ts',
                ]
              : []),
          ],
          globalSetup: ['test/support/postgres-cluster.ts'],
        },
      },
    ],
  },
});
