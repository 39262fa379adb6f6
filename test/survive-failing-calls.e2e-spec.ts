import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Leadership } from '../src/coordination/leadership.js';
import { AdvanceLicense } from '../src/licensing/advance-license.js';
import type { GrantSecrets } from '../src/domain/ports/authorization-server.js';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { NatsLink } from '../src/messaging/nats-link.js';
import { OutboxRelay } from '../src/outbox/outbox-relay.js';
import { ChangeFeed } from '../src/persistence/change-feed.js';
import { SecretBox } from '../src/persistence/secret-box.js';
import { sealPlaces } from '../src/persistence/typeorm-license-transaction.js';
import { UsedProofs } from '../src/persistence/used-proofs.js';
import { databaseName, isOnPostgres } from './support/create-database.js';
import { commitEvents, readOutbox } from './support/commit-events.js';
import { DatabaseFault, type StatementOutcome, statementOutcomes } from './support/database-fault.js';
import { chooseInt } from './support/fuzz-run.js';
import { dayMs, hourMs, shift } from './support/license-fixture.js';
import { LicenseRequests } from './support/license-requests.js';
import { PublishFault, type PublishOutcome } from './support/publish-fault.js';
import { readStream } from './support/read-stream.js';
import { reportFigure } from './support/report-figure.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { refreshPath, TestStore } from './support/start-store.js';

/** More statements than any use case makes. */
const maxCalls = 80;
const eventsOfRelay = 3;
const yearMs = 365 * dayMs;

/** The facts that a use case may change. An attempt changes all of them or none. */
interface Facts {
  readonly status: string;
  readonly token: string | null;
  readonly isPending: boolean;
  readonly auditEntries: number;
  readonly events: number;
  readonly revocations: number;
}

type Change = ReturnType<typeof compare>;

interface UseCase {
  readonly name: string;
  /** Brings the service to the start of the use case. */
  readonly prepare: () => Promise<unknown>;
  /** Executes the use case, and rejects if it fails. A second try after a failure must succeed. */
  readonly run: () => Promise<unknown>;
  /** Another possible result after a failure. */
  readonly otherwise?: Partial<Change>;
}

interface Injection {
  readonly at: number;
  readonly outcome: StatementOutcome;
  readonly isPermanent: boolean;
}

/** `FAILING_CALLS=all` runs the long form. */
const isLong = process.env['FAILING_CALLS'] === 'all';

/** Yields each call in turn: with every outcome in the long form, otherwise with one outcome for each call. */
function* planInjections(): Generator<Injection, void, boolean> {
  const { length } = statementOutcomes;
  for (const [index, outcome] of statementOutcomes.entries()) {
    const [first, step] = isLong ? [1, 1] : [1 + index, length];
    for (let at = first; at < maxCalls && (yield { at, outcome, isPermanent: false }); at += step);
  }
  const step = isLong ? 1 : 8;
  for (let at = 1; at < maxCalls && (yield { at, outcome: 'undone', isPermanent: true }); at += step);
}

/** Yields a random call for each outcome: the simulation fails every call, and those on SQLite are the same. */
function* planOnPostgres(useCase: string, calls: number): Generator<Injection, void, boolean> {
  for (const outcome of statementOutcomes)
    yield { at: chooseInt(`${useCase} ${outcome}`, 1, calls + 1), outcome, isPermanent: false };
}

let nats: TestNats;
let store: TestStore;
let person: LicenseRequests;
let fault: DatabaseFault;
let checkedSequence = 0;
let attempts = 0;
const drains = new Set<Promise<void>>();

beforeAll(async () => {
  nats = await startNats();
  store = await TestStore.start({ nats });
  person = new LicenseRequests(store, ['503 storage-unavailable']);
  store.app.app.useLogger(false);
  // The leader check uses the real clock at intervals, and has its own tests.
  vi.spyOn(store.app.app.get(Leadership), 'isLeader').mockResolvedValue(true);
  followDrains(store.app.app.get(OutboxRelay));
  await vi.waitFor(() => expect(get(NatsLink).isConnected).toBe(true), 20_000);
  // A notification of a commit can arrive late, so no use case may need one.
  await get(ChangeFeed).beforeApplicationShutdown();
  fault = DatabaseFault.of(store.app);
});

afterAll(async () => {
  await store.stop();
  await nats.stop();
  reportFigure('R2', `${attempts} failing calls survived on ${databaseName}`);
});

/** Tracks the background publishing of committed events, so that an attempt can wait for it. */
function followDrains(relay: OutboxRelay): void {
  const original = relay.drain.bind(relay);
  relay.drain = () => {
    const drained = original().finally(() => drains.delete(drained));
    drains.add(drained);
    return drained;
  };
}

async function waitForDrains(): Promise<void> {
  while (drains.size > 0) await Promise.all(drains);
}

async function drain(): Promise<void> {
  await store.app.app.get(OutboxRelay).drain();
  await waitForDrains();
}

const get = <T>(type: abstract new (...args: never[]) => T): T => store.app.app.get<T>(type);

async function givenLicensed(): Promise<void> {
  await get(LicenseStore).sync();
  const { license, reauthorizationRequired } = get(LicenseStore).state;
  const renewalDate = license?.terms.renewalDate ?? null;
  const isFar = renewalDate !== null && renewalDate > shift(store.clock.now(), 40 * dayMs);
  if (isFar && !reauthorizationRequired) return;
  await renewTo(shift(store.clock.now(), 20 * yearMs));
  if (license !== null && !reauthorizationRequired) return person.refresh();
  await person.givenAuthorized();
  await person.complete();
}

async function givenRefreshed(): Promise<void> {
  await givenLicensed();
  await person.refresh();
}

async function renewTo(expiresOn: Date): Promise<void> {
  await store.mock.control('PATCH', '/mock/licenses/lic-demo-servers', {
    expiresOn: expiresOn.toISOString(),
  });
}

/** Moves the clock to `beforeEndMs` before the token ends. */
function approachEnd(beforeEndMs: number): void {
  const expiresAt = get(LicenseStore).state.license?.token.expiresAt ?? new Date(Number.NaN);
  store.clock.set(shift(expiresAt, -beforeEndMs));
}

const useCases: readonly UseCase[] = [
  { name: 'Next', prepare: () => person.givenUnlicensed(), run: () => person.next() },
  {
    name: 'canceling',
    prepare: async () => {
      await person.givenUnlicensed();
      await person.next();
    },
    run: () => person.cancel(),
  },
  { name: 'Complete Authorization', prepare: () => person.givenAuthorized(), run: () => person.complete() },
  { name: 'a refresh that a person requests', prepare: givenLicensed, run: () => person.refresh() },
  {
    name: 'a refresh that is due',
    prepare: givenLicensed,
    run: () => store.refreshWhenDue(),
  },
  {
    name: 'a renewal',
    prepare: async () => {
      await givenLicensed();
      await renewTo(shift(store.clock.now(), 20 * yearMs));
    },
    run: () => person.refresh(),
  },
  {
    name: 'a revocation at the Authorization server',
    prepare: async () => {
      await givenLicensed();
      await store.mock.control('DELETE', '/mock/devices/srv-store-1/authorization');
    },
    run: async () => {
      const { status } = await store.app.as('post', refreshPath);
      if (status !== 200) throw new Error(`Not refreshed: ${status}`);
    },
    // A stored refresh marker means that an answer may have been lost: the license stays until its token ends.
    otherwise: { status: 'licensed → licensed', isTokenNew: false },
  },
  { name: 'removing', prepare: givenLicensed, run: () => person.remove() },
  {
    name: 'the revocation of a dropped grant',
    prepare: async () => {
      await givenLicensed();
      await person.remove();
    },
    run: () => person.revokeDropped(),
  },
  {
    name: 'a warning of the end of the token',
    prepare: async () => {
      await givenRefreshed();
      approachEnd(30 * hourMs);
    },
    run: () => get(AdvanceLicense).execute(),
  },
  {
    name: 'the end of the token',
    prepare: async () => {
      await givenRefreshed();
      approachEnd(-1);
    },
    run: () => get(AdvanceLicense).execute(),
  },
  {
    name: 'the end of the license',
    prepare: async () => {
      await givenLicensed();
      await renewTo(shift(store.clock.now(), hourMs));
      await person.refresh();
      store.clock.advance(hourMs);
    },
    run: () => get(AdvanceLicense).execute(),
  },
  {
    name: 'publishing',
    prepare: async () => {
      await givenLicensed();
      await waitForDrains();
      get(NatsLink).isConnected = false;
      await commitEvents(store.app, eventsOfRelay);
    },
    run: async () => {
      get(NatsLink).isConnected = true;
      await drain();
    },
  },
  {
    name: 'the claim of a proof',
    prepare: async () => undefined,
    run: async () => {
      const now = store.clock.now();
      expect(await get(UsedProofs).claim('key', randomUUID(), now, shift(now, hourMs))).toBe(true);
    },
  },
  {
    name: 'reading the audit trail',
    prepare: async () => undefined,
    run: () => person.ask('get', '/api/license/audit?limit=5'),
  },
];

const count = (what: string) => `CAST((SELECT count(*) FROM ${what}) AS integer)`;

/** Returns the facts from the database, independent of the memory of the service. */
async function readFacts(): Promise<Facts & { readonly waiting: number }> {
  const [row] = await get(DataSource).query<
    [
      { state: string; secrets: string | null } & Record<
        'pending' | 'audit' | 'events' | 'waiting' | 'drops',
        number
      >,
    ]
  >(
    `SELECT state, secrets, ${count('pending_authorization')} AS pending, ${count('audit_entry')} AS audit,
       ${count('outbox_event')} AS events, ${count('outbox_event WHERE published_at IS NULL')} AS waiting,
       ${count('pending_revocation')} AS drops FROM license`,
  );
  const { license, reportedStatus } = JSON.parse(row.state) as {
    license?: object | null;
    reportedStatus?: string;
  };
  // A license without its secrets, or secrets without a license, means a half-done change.
  expect(row.secrets !== null).toBe(!!license);
  return {
    status: reportedStatus ?? 'unlicensed',
    // The refresh token in the same secrets is stored earlier: a new one alone is not a refresh yet.
    token: row.secrets && (get(SecretBox).open(sealPlaces.secrets, row.secrets) as GrantSecrets).accessToken,
    isPending: row.pending > 0,
    auditEntries: row.audit,
    events: row.events,
    revocations: row.drops,
    waiting: row.waiting,
  };
}

function compare(before: Facts, after: Facts) {
  return {
    status: `${before.status} → ${after.status}`,
    isTokenNew: before.token !== after.token,
    isPending: after.isPending,
    auditEntries: after.auditEntries - before.auditEntries,
    events: after.events - before.events,
    revocations: after.revocations - before.revocations,
  };
}

/**
 * Returns the change of two refreshes: a refresh whose token could not be stored is repeated before the requested one.
 */
function twice(whole: Change): Change {
  return { ...whole, auditEntries: 2 * whole.auditEntries, events: 2 * whole.events };
}

/** Checks that everything committed since the last check is in the stream once and in order. */
async function expectPublished(): Promise<void> {
  const committed = (await readOutbox(store.app)).filter(({ sequence }) => sequence > checkedSequence);
  const stream = await readStream(nats);
  const published = stream.filter(({ event }) => Number(event.sequence) > checkedSequence);
  expect(published.map(({ event }) => event.id)).toEqual(committed.map(({ eventId }) => eventId));
  checkedSequence = committed.at(-1)?.sequence ?? checkedSequence;
}

async function expectIntact(): Promise<void> {
  const { body } = await store.app.as('get', '/api/license/audit/verification').expect(200);
  expect(body).toMatchObject({ isIntact: true, faults: [] });
  await store.app.as('get', '/health').expect(200);
  await expectPublished();
}

describe.each(useCases)('$name', ({ name, prepare, run, otherwise }) => {
  /** Fails at one call, heals and tries again. Resolves to whether the use case reached that call. */
  async function attempt({ at, outcome, isPermanent }: Injection, whole: Change): Promise<boolean> {
    const where = `${outcome} at call ${at}${isPermanent ? ' and from it on' : ''}`;
    await prepare();
    await drain();
    const before = await readFacts();
    // The calls of the relay belong to its own use case.
    get(NatsLink).isConnected = false;
    fault.failAt({ at, isPermanent }, outcome);
    await run().catch(() => undefined);
    await waitForDrains();
    const { injected } = fault;
    fault.heal();
    get(NatsLink).isConnected = true;
    expect(person.wrongAnswers, where).toEqual([]);

    const nothing = compare(before, before);
    const changed = compare(before, await readFacts());
    expect([nothing, whole], where).toContainEqual(changed);
    const isAgain = isDeepStrictEqual(changed, nothing);
    const ends = isAgain
      ? [whole, twice(whole), ...(otherwise ? [{ ...whole, ...otherwise }] : [])]
      : [whole];
    if (isAgain) await run();
    await drain();
    const after = await readFacts();
    expect(ends, where).toContainEqual(compare(before, after));
    expect(after.waiting, where).toBe(0);
    return injected > 0;
  }

  it('is either done or not done whichever call fails, and succeeds at the next try', async () => {
    await prepare();
    await drain();
    const before = await readFacts();
    fault.heal();
    await run();
    const { calls } = fault;
    await drain();
    const whole = compare(before, await readFacts());
    const plan = isOnPostgres && !isLong ? planOnPostgres(name, calls) : planInjections();
    for (let injection = plan.next(); !injection.done;) {
      const isReached = await attempt(injection.value, whole);
      if (isReached) attempts += 1;
      injection = plan.next(isReached);
    }
    await expectIntact();
  });
});

describe('publishing with failing publishes', () => {
  it.each<PublishOutcome>(['not-sent', 'acknowledgement-lost'])(
    'loses, repeats and reorders nothing with the outcome %s',
    async (outcome) => {
      await givenLicensed();
      await drain();
      const publishing = PublishFault.of(store.app);
      for (const isPermanent of [false, true]) {
        for (let at = 1; at <= eventsOfRelay; at += 1) {
          publishing.failAt({ at, isPermanent }, outcome);
          await commitEvents(store.app, eventsOfRelay);
          await waitForDrains();
          expect(publishing.injected).toBeGreaterThan(0);
          attempts += 1;
          publishing.heal();
          await drain();
          await expectPublished();
        }
      }
    },
  );
});
