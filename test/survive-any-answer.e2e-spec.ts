import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test, type TestingModule } from '@nestjs/testing';
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppModule } from '../src/app.module.js';
import { loadSettings } from '../src/config/load-settings.js';
import { serviceItself } from '../src/domain/audit-actor.js';
import type { ServerIdentity } from '../src/domain/license.js';
import { Clock } from '../src/domain/ports/clock.js';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { HealthController } from '../src/health/health.controller.js';
import { CancelAuthorization } from '../src/licensing/cancel-authorization.js';
import { LicenseQuery } from '../src/licensing/license-query.js';
import { LicenseScheduler } from '../src/licensing/license-scheduler.js';
import { RefreshLicense } from '../src/licensing/refresh-license.js';
import { RemoveLicense } from '../src/licensing/remove-license.js';
import { RequestUserCode } from '../src/licensing/request-user-code.js';
import { MetricsRegistry } from '../src/metrics/metrics-registry.js';
import { OAuthSessions } from '../src/oauth/oauth-session.js';
import { RevocationList } from '../src/peers/revocation-list.js';
import { TrustDataRefresher } from '../src/peers/trust-data-refresher.js';
import { schema } from '../src/persistence/schema.js';
import { Sqlite } from '../src/persistence/sqlite.js';
import {
  FakeAuthorizationServer,
  type Misbehavior,
  type RawAnswer,
  startFakeAuthorizationServer,
} from './support/fake-authorization-server.js';
import { FakeClock } from './support/fake-clock.js';
import { fuzz } from './support/fuzz-run.js';
import { holdScheduler } from './support/hold-scheduler.js';
import { loggedLines } from './support/logged-lines.js';
import { memberMutations, mutate, type Mutation, mutations } from './support/mutations.js';
import { alter } from './support/odd-values.js';
import { startApp } from './support/start-app.js';
import { refreshPath } from './support/start-store.js';
import { WatchedLog } from './support/watched-log.js';

/** `ANSWER_CASES=100000` runs the long form. The number is of each kind of answer. */
const cases = Number(process.env['ANSWER_CASES'] ?? 1000);
/** So many answers follow one another before the service is examined as a whole and gets a good one. */
const batch = 20;
const timeoutMs = 60_000 + cases * 100;
const hourMs = 3_600_000;

const paths = {
  metadata: '/.well-known/oauth-authorization-server',
  keys: '/jwks',
  device: '/device',
  token: '/token',
  claims: '/token',
  'status-list': '/status',
} as const;
type AnswerKind = keyof typeof paths;
const answerKinds = Object.keys(paths) as AnswerKind[];
const deadGrant: Misbehavior = {
  answers: {
    '/token': {
      status: 400,
      body: '{"error":"invalid_grant"}',
      headers: { 'content-type': 'application/json' },
    },
  },
};

interface Batch {
  readonly mutations: readonly Mutation[];
  readonly isGrantDead: boolean;
}

/** A person authorizes another device, which random claims hardly ever name. The places are `sub` and `device.id`. */
const anotherDevice: Mutation = {
  how: 'members',
  changes: [1, 11].map((at) => ({ at, value: 'srv-2' })),
  status: 200,
};

function isOfAnother(identity: ServerIdentity | null): boolean {
  return identity?.serverId !== 'srv-1' || identity.organization.id !== 'org-1';
}

const issuer = 'http://127.0.0.1:9';

/** The service without its HTTP routes, on a database in memory. */
class World {
  private constructor(
    private readonly testingModule: TestingModule,
    private readonly dataDir: string,
    readonly clock: FakeClock,
    readonly server: FakeAuthorizationServer,
  ) {}

  static async open(): Promise<World> {
    const clock = new FakeClock();
    const server = new FakeAuthorizationServer(
      {
        now: () => clock.now(),
        claims: (now) => ({
          exp: now + 604_800,
          device: { id: 'srv-1', name: 'Server 1', kind: 'server', url: 'https://srv-1.example' },
          license: {
            features: ['xms'],
            renewal_date: '2999-12-31',
            hub: { id: 'srv-9', name: 'Hub', url: 'https://hub.example' },
          },
          status: { status_list: { idx: 3, uri: `${issuer}/status` } },
        }),
      },
      issuer,
    );
    vi.stubGlobal('fetch', server.fetch);
    const dataDir = await mkdtemp(join(tmpdir(), 'licensing-'));
    const settings = loadSettings({
      DATA_DIR: dataDir,
      AUTH_SERVER_URL: issuer,
      NATS_URL: 'nats://127.0.0.1:9',
      LOG_LEVEL: 'error',
    });
    const options = { type: 'better-sqlite3', driver: Sqlite, database: ':memory:', ...schema } as const;
    const dataSource = await new DataSource(options).initialize();
    await dataSource.runMigrations();
    const testingModule = await Test.createTestingModule({ imports: [AppModule.forRoot(settings)] })
      .overrideProvider(DataSource)
      .useValue(dataSource)
      .overrideProvider(Clock)
      .useValue(clock)
      .setLogger(new WatchedLog())
      .compile();
    await testingModule.init();
    holdScheduler({ app: testingModule });
    const world = new World(testingModule, dataDir, clock, server);
    await world.acquire();
    return world;
  }

  get<T>(type: abstract new (...args: never[]) => T): T {
    return this.testingModule.get(type, { strict: false });
  }

  async acquire(): Promise<void> {
    await this.get(RequestUserCode).execute(serviceItself);
    this.clock.advance(60_000);
    await this.get(LicenseScheduler).tick();
  }

  async close(): Promise<void> {
    await this.testingModule.close();
    vi.unstubAllGlobals();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

describe('the service, whatever the Authorization server answers', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(() => world.close());

  const state = () => world.get(LicenseStore).state;

  /** Lets the server give a mutated answer. Returns how often it was given. */
  function misbehave(kind: AnswerKind, mutation: Mutation): () => number {
    let given = 0;
    world.server.misbehave({
      ...(kind !== 'claims' && {
        change: (path, answer) => {
          if (path !== paths[kind]) return answer;
          given += 1;
          return mutate(answer, mutation);
        },
      }),
      // A signed mutation says more than a broken signature.
      changeClaims: (typ, claims) => {
        const isOfKind = kind === (typ === 'at+jwt' ? 'claims' : 'status-list');
        if (!isOfKind || mutation.how !== 'members') return claims;
        given += 1;
        return alter(claims, mutation.changes);
      },
    });
    return () => given;
  }

  async function loseGrant(): Promise<void> {
    world.server.misbehave(deadGrant);
    await world.get(RefreshLicense).execute(serviceItself);
    expect(state().reauthorizationRequired).toBe(true);
  }

  /** Lets the service meet an answer in the calls that ask for it: a refresh, or another authorization. */
  async function meet(kind: AnswerKind, mutation: Mutation): Promise<void> {
    const before = state();
    const countGiven = misbehave(kind, mutation);
    if (kind === 'metadata' || kind === 'keys') world.get(OAuthSessions).forget();
    if (kind === 'status-list') await world.get(TrustDataRefresher).fetchNow();
    else if (before.reauthorizationRequired) await world.acquire();
    else await world.get(RefreshLicense).execute(serviceItself);
    expect(countGiven()).toBeGreaterThan(0);
    expectKept(before);
    if (before.reauthorizationRequired) await world.get(CancelAuthorization).execute(serviceItself);
  }

  function expectKept(before: ReturnType<typeof state>): void {
    const { license, refresh, connection } = state();
    expect(license).not.toBeNull();
    // Nothing but a license token of the Authorization server changes the license.
    if (connection.lastError !== null) expect(license).toEqual(before.license);
    const waitMs = (refresh.nextAttemptAt?.getTime() ?? Number.NaN) - world.clock.now().getTime();
    // Retry-After counts up to REFRESH_INTERVAL, and a jitter is added.
    expect(waitMs).toBeLessThanOrEqual(25 * hourMs);
    expect(world.get(LicenseQuery).view().status).not.toBe('unlicensed');
  }

  async function expectHealthy(): Promise<void> {
    // Degraded, because there is no broker. A fault of the service itself would be an error.
    expect(await world.get(HealthController).all()).toMatchObject({ status: 'degraded' });
    expect(await world.get(MetricsRegistry).metrics()).toContain('pos_licensing_');
    expect(loggedLines.splice(0).filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
  }

  async function expectRightAgain(): Promise<void> {
    world.server.misbehave();
    // Authorizing again with other claims makes this another server. The page says how a person undoes that.
    if (isOfAnother(state().identity)) {
      await world.get(RemoveLicense).execute(serviceItself);
      await world.acquire();
    }
    const { nextAttemptAt } = state().refresh;
    const dueMs = Math.max(nextAttemptAt?.getTime() ?? 0, world.clock.now().getTime());
    // Tokens have whole seconds.
    world.clock.set(new Date(Math.ceil(dueMs / 1000) * 1000));
    await world.get(LicenseScheduler).tick();
    expect(world.get(LicenseQuery).view()).toMatchObject({
      status: 'licensed',
      features: ['xms'],
      hub: { id: 'srv-9' },
      token: { status: 'valid', expiresAt: new Date(world.clock.now().getTime() + 7 * 24 * hourMs) },
      connection: { online: true, lastError: null },
      reauthorizationRequired: false,
    });
    await world.get(TrustDataRefresher).fetchNow();
    expect(world.get(RevocationList).signed?.jwt).toBe(world.server.goodList);
  }

  /** A mutated token that was accepted may end within the batch, and with it the license. */
  function isEnding(): boolean {
    const { expiresAt } = state().license?.token ?? {};
    return expiresAt === undefined || expiresAt.getTime() < world.clock.now().getTime() + hourMs;
  }

  async function survive(kind: AnswerKind, { mutations: all, isGrantDead }: Batch): Promise<void> {
    for (const mutation of all) {
      if ((isGrantDead || kind === 'device') && !state().reauthorizationRequired) await loseGrant();
      await meet(kind, mutation);
      if (isEnding() || isOfAnother(state().identity)) await expectRightAgain();
    }
    await expectHealthy();
    await expectRightAgain();
    // No broker takes the events of a long run.
    await world.get(DataSource).query('DELETE FROM outbox_event');
  }

  it('keeps a license for another device until a person removes it and authorizes the first one again', async () => {
    await loseGrant();
    await meet('claims', anotherDevice);
    expect(state()).toMatchObject({ reason: 'server-changed', identity: { serverId: 'srv-2' } });
    await expectRightAgain();
    expect(state().identity?.serverId).toBe('srv-1');
  });

  it.each(answerKinds)(
    'keeps a good license and keeps trying after any %s, and is correct again after the next good answer',
    async (kind) => {
      const mutation = kind === 'claims' ? memberMutations() : mutations();
      const batches = fc.record({
        mutations: fc.array(mutation, { minLength: batch, maxLength: batch }),
        isGrantDead: fc.boolean(),
      });
      const share = { row: 'R19', cases: Math.ceil(cases / batch), timeoutMs } as const;
      await fuzz(`times ${batch} mutations of the ${kind}`, share, batches, (one) => survive(kind, one));
    },
    timeoutMs,
  );
});

/** The service waits ten seconds for such a body: `limit-answer.spec.ts` tests it. */
function hasEndlessBody(mutation: Mutation): boolean {
  return 'headers' in mutation && mutation.headers['content-length'] === '99999999';
}

/** An odd text in place of the refresh token can be in the log by chance, where it counts as a leaked secret. */
function withOwnRefreshToken(good: RawAnswer, changed: RawAnswer): RawAnswer {
  const [own] = /"refresh_token":"[^"]*"/.exec(String(good.body)) ?? [];
  if (own === undefined) return changed;
  return { ...changed, body: String(changed.body ?? '').replace(/"refresh_token":"(?:[^"\\]|\\.)*"/, own) };
}

describe('the running service behind a network that changes answers', () => {
  const rounds = 200;
  const mutated = [paths.metadata, paths.keys, paths.token];

  it(
    'stays licensed and healthy, and refreshes at the next good answer',
    async () => {
      const fake = await startFakeAuthorizationServer();
      // The tokens of the fake server use the clock of the machine.
      const clock = new FakeClock(new Date());
      const app = await startApp({ clock, environment: { AUTH_SERVER_URL: fake.url } });
      holdScheduler(app);
      try {
        await app.as('post', '/api/license/authorization').expect(201);
        await app.as('post', '/api/license/authorization/complete').expect(200);
        const ending = mutations().filter((one) => !hasEndlessBody(one));
        const one = fc.record({ mutation: ending, path: fc.constantFrom(...mutated) });
        const all = fc.array(one, { minLength: 10, maxLength: 10 });
        const share = { row: 'R19', cases: rounds / 10, timeoutMs: 60_000 + rounds * 500 } as const;
        await fuzz('times 10 mutations end to end', share, all, async (changes) => {
          for (const { mutation, path } of changes) {
            fake.misbehave({
              change: (at, answer) =>
                at === path ? withOwnRefreshToken(answer, mutate(answer, mutation)) : answer,
            });
            app.app.get(OAuthSessions).forget();
            expect((await app.as('post', refreshPath)).status).not.toBe(500);
            expect(await app.view()).toMatchObject({
              status: 'licensed',
              token: { nextRefreshAt: expect.any(String) as string },
            });
          }
          await app.as('get', '/health').expect(200);
          fake.misbehave();
          await app.as('post', refreshPath).expect(200);
          expect(await app.view()).toMatchObject({
            status: 'licensed',
            features: ['xms'],
            connection: { online: true, lastError: null },
            reauthorizationRequired: false,
          });
        });
      } finally {
        await app.stop();
        await fake.stop();
      }
    },
    120_000 + rounds * 500,
  );
});
