import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { License } from '../src/domain/license.js';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { databaseName } from './support/create-database.js';
import type { Fault } from './support/fault-proxy.js';
import { chooseInt } from './support/fuzz-run.js';
import { hourMs, minuteMs } from './support/license-fixture.js';
import { authorizationPath, LicenseRequests } from './support/license-requests.js';
import { reportFigure } from './support/report-figure.js';
import { TestStore } from './support/start-store.js';

/** More exchanges than any use case has. */
const maxExchanges = 20;
/**
 * `FAILING_CALLS=all` runs the long form with each exchange. Otherwise each run takes a random one, and exchanges fail from
 * one on with one outcome: the simulation combines them.
 */
const isLong = process.env['FAILING_CALLS'] === 'all';
/** A time after every wait between two tries. A user code expires earlier. */
const patienceMs = 2 * hourMs;
const patienceWithCodeMs = 2 * minuteMs;

const answerIsLost = 'its answer is lost';
const proxyAnswers = 'a proxy answers for the server';
/** The outcomes of the failing exchange. */
const outcomes: readonly (readonly [what: string, Pick<Fault, 'at' | 'outcome'>])[] = [
  ['its request is lost', { at: 'request', outcome: 'drop' }],
  ['the server has a fault', { at: 'request', outcome: { status: 500 } }],
  [proxyAnswers, { at: 'request', outcome: { status: 200, body: '<html>Log in</html>' } }],
  [answerIsLost, { at: 'answer', outcome: 'drop' }],
  ['its answer is cut', { at: 'answer', outcome: { cutAfterBytes: 20 } }],
];

interface UseCase {
  readonly name: string;
  /** Brings the service to the start of the use case. */
  readonly prepare: () => Promise<unknown>;
  readonly run: () => Promise<void>;
  /** Repeats the use case after a lost answer. The default is `run`. */
  readonly redo?: () => Promise<void>;
  /** RFC 7009 section 2.2: the status is the whole answer to a revocation. With TLS, no proxy can send it. */
  readonly isDoneByStatus?: true;
  /** Checks the result. @param before the license before the use case */
  readonly expectDone: (before: License | null) => Promise<void>;
}

let store: TestStore;
let person: LicenseRequests;
let attempts = 0;

beforeAll(async () => {
  store = await TestStore.start();
  person = new LicenseRequests(store, [
    '502 authorization-server-unreachable',
    '502 authorization-server-unsuitable',
    '503 authorization-server-unreachable',
  ]);
});

afterAll(async () => {
  await store.stop();
  reportFigure('R2', `${attempts} failing exchanges survived on ${databaseName}`);
});

async function givenLicensed(): Promise<void> {
  if ((await store.app.view()).status === 'licensed') return;
  await person.givenAuthorized();
  await person.complete();
}

/** A device code works once (RFC 8628 section 3.5): if its answer is lost, a person has to authorize another one. */
async function completeOrStartAgain(): Promise<void> {
  const { status, body } = await store.app.as('post', `${authorizationPath}/complete`);
  if (status === 200) return;
  const { code, detail } = body as { code?: string; detail?: string };
  expect(code).toBe('license-refused');
  expect(detail).toContain('authorize this server again');
  await person.givenAuthorized();
  await person.complete();
}

/** A license without its secrets, or secrets without a license, means a half-done change. */
function expectWhole(): void {
  const { state, secrets } = store.app.app.get(LicenseStore);
  expect(secrets !== null).toBe(state.license !== null);
  expect(person.wrongAnswers.splice(0)).toEqual([]);
}

async function expectPending(): Promise<void> {
  await store.app.as('get', authorizationPath).expect(200);
}

/** Checks that the server is licensed with a newer token. */
async function expectLicensed(before: License | null): Promise<void> {
  expect((await store.app.view()).status).toBe('licensed');
  const { license } = store.app.app.get(LicenseStore).state;
  const [tokenBefore = 0, tokenNow] = [before, license].map((held) => held?.token.expiresAt.getTime());
  expect(tokenNow).toBeGreaterThan(tokenBefore);
}

async function expectRevoked(): Promise<void> {
  expect(await store.isAuthorized()).toBe(false);
}

const useCases: readonly UseCase[] = [
  {
    name: 'Next',
    prepare: () => person.givenUnlicensed(),
    run: () => person.next(),
    expectDone: expectPending,
  },
  {
    name: 'Complete Authorization',
    prepare: () => person.givenAuthorized(),
    run: () => person.complete(),
    redo: completeOrStartAgain,
    expectDone: expectLicensed,
  },
  {
    name: 'a refresh that a person requests',
    prepare: givenLicensed,
    run: () => person.refresh(),
    expectDone: expectLicensed,
  },
  {
    name: 'a refresh that is due',
    prepare: givenLicensed,
    run: () => store.refreshWhenDue(),
    expectDone: expectLicensed,
  },
  {
    name: 'the revocation of a dropped grant',
    prepare: async () => {
      await givenLicensed();
      await person.remove();
    },
    run: () => person.revokeDropped(),
    isDoneByStatus: true,
    expectDone: expectRevoked,
  },
];

describe.each(useCases)('$name', ({ name, prepare, run, redo = run, isDoneByStatus, expectDone }) => {
  /** The number of exchanges that can fail. */
  let counts: Readonly<Record<Fault['at'], number>>;

  beforeAll(async () => {
    await prepare();
    await store.restart();
    const before = store.proxy.exchanges.length;
    await run();
    const made = store.proxy.exchanges.slice(before);
    counts = { request: made.length, answer: made.filter(({ status }) => status < 300).length };
    expectWhole();
  });

  /** Resolves to whether the use case reached the exchange. */
  async function attempt(fault: Fault): Promise<boolean> {
    await prepare();
    // After a restart, the next exchange reads the metadata of the server first.
    await store.restart();
    const before = store.app.app.get(LicenseStore).state.license;
    store.proxy.inject(fault);
    await run().catch(() => undefined);
    const failed = store.proxy.heal();
    expectWhole();
    if (before !== null) expect(store.app.app.get(LicenseStore).state.license).not.toBeNull();

    const { pending } = store.app.app.get(LicenseStore);
    const waitMs = pending === null ? patienceMs : patienceWithCodeMs;
    await store.live(waitMs, waitMs / 4);
    await (fault.at === 'answer' ? redo : run)();
    expectWhole();
    expect((await store.app.view()).reauthorizationRequired).toBe(false);
    await expectDone(before);
    return failed > 0;
  }

  /** Fails one exchange or all from it on: in the long form each exchange, until there are no more. */
  async function failAtEach(outcome: Pick<Fault, 'at' | 'outcome'>, times: number): Promise<void> {
    const random = chooseInt(`${name} ${JSON.stringify(outcome)} ${times}`, 0, counts[outcome.at]);
    for (const after of isLong ? Array(maxExchanges).keys() : [random]) {
      if (!(await attempt({ path: null, after, times, ...outcome }))) {
        expect(after).toBeGreaterThan(0);
        return;
      }
      attempts += 1;
    }
    if (isLong) throw new Error('The use case has too many exchanges.');
  }

  const possible = outcomes.filter(([what]) => !isDoneByStatus || what !== proxyAnswers);

  it.each(possible)('succeeds at the next try whichever exchange fails: %s', (_what, outcome) =>
    failAtEach(outcome, 1),
  );

  it.each(isLong ? possible : possible.filter(([what]) => what === answerIsLost))(
    'succeeds once the network is back, when exchanges fail from one on: %s',
    (_what, outcome) => failAtEach(outcome, Number.POSITIVE_INFINITY),
  );
});
