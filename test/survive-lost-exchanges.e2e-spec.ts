import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { License } from '../src/domain/license.js';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { databaseName } from './support/create-database.js';
import type { Fault } from './support/fault-proxy.js';
import { hourMs, minuteMs } from './support/license-fixture.js';
import { authorizationPath, LicenseRequests } from './support/license-requests.js';
import { reportFigure } from './support/report-figure.js';
import { TestStore } from './support/start-store.js';

/** More exchanges than any use case has. */
const maxExchanges = 20;
/** `FAILING_CALLS=all` for the long form: each exchange; else one of so many, other ones in each run. */
const isLong = process.env['FAILING_CALLS'] === 'all';
const stride = { once: isLong ? 1 : 2, forGood: isLong ? 1 : 3 };
/** The end of every wait between two tries; a user code does not live that long. */
const patienceMs = 2 * hourMs;
const patienceWithCodeMs = 2 * minuteMs;

const proxyAnswers = 'a proxy answers for the server';
/** What becomes of the exchange that is struck. */
const outcomes: readonly (readonly [what: string, Pick<Fault, 'at' | 'outcome'>])[] = [
  ['its request is lost', { at: 'request', outcome: 'drop' }],
  ['the server has a fault', { at: 'request', outcome: { status: 500 } }],
  [proxyAnswers, { at: 'request', outcome: { status: 200, body: '<html>Log in</html>' } }],
  ['its answer is lost', { at: 'answer', outcome: 'drop' }],
  ['its answer is cut', { at: 'answer', outcome: { cutAfterBytes: 20 } }],
];

interface UseCase {
  readonly name: string;
  /** Brings the service to where the use case begins. */
  readonly prepare: () => Promise<unknown>;
  readonly run: () => Promise<void>;
  /** How it is done again where an answer was lost; default: as before. */
  readonly redo?: () => Promise<void>;
  /** RFC 7009 section 2.2: the status is the whole answer to a revocation. Over TLS, no proxy can give it. */
  readonly isDoneByStatus?: true;
  /** Sees to it that it is done. @param before the license before it */
  readonly expectDone: (before: License | null) => Promise<void>;
}

let store: TestStore;
let person: LicenseRequests;
let attempts = 0;

beforeAll(async () => {
  store = await TestStore.start();
  person = new LicenseRequests(store, [
    '502 authorization-server-unreachable',
    '503 authorization-server-unreachable',
  ]);
});

afterAll(async () => {
  await store.stop();
  reportFigure('R2', `${attempts} failing exchanges survived on ${databaseName}`);
});

async function givenLicensed(): Promise<void> {
  if ((await store.app.view()).status === 'licensed') return;
  await person.beAuthorized();
  await person.complete();
}

/** A device code works once (RFC 8628 section 3.5): with its answer lost, a person has to authorize another one. */
async function completeOrBeginAnew(): Promise<void> {
  const { status, body } = await store.app.as('post', `${authorizationPath}/complete`);
  if (status === 200) return;
  const { code, detail } = body as { code?: string; detail?: string };
  expect(code).toBe('license-refused');
  expect(detail).toContain('authorize this server again');
  await person.beAuthorized();
  await person.complete();
}

/** A license without its secrets, or secrets without a license, is half done. */
function expectWhole(): void {
  const { state, secrets } = store.app.app.get(LicenseStore);
  expect(secrets !== null).toBe(state.license !== null);
  expect(person.wrongAnswers.splice(0)).toEqual([]);
}

async function expectPending(): Promise<void> {
  await store.app.as('get', authorizationPath).expect(200);
}

/** With a token that is newer than the one before. */
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
  { name: 'Next', prepare: () => person.beUnlicensed(), run: () => person.next(), expectDone: expectPending },
  {
    name: 'Complete Authorization',
    prepare: () => person.beAuthorized(),
    run: () => person.complete(),
    redo: completeOrBeginAnew,
    expectDone: expectLicensed,
  },
  {
    name: 'a refresh that a person asks for',
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

describe.each(useCases)('$name', ({ prepare, run, redo = run, isDoneByStatus, expectDone }) => {
  /** Resolves to whether the use case has come to that exchange at all. */
  async function attempt(fault: Fault): Promise<boolean> {
    await prepare();
    // The next one asks where the server has what, too.
    await store.restart();
    const before = store.app.app.get(LicenseStore).state.license;
    store.proxy.inject(fault);
    await run().catch(() => undefined);
    const met = store.proxy.heal();
    expectWhole();
    if (before !== null) expect(store.app.app.get(LicenseStore).state.license).not.toBeNull();

    const { pending } = store.app.app.get(LicenseStore);
    const waitMs = pending === null ? patienceMs : patienceWithCodeMs;
    await store.live(waitMs, waitMs / 4);
    await (fault.at === 'answer' ? redo : run)();
    expectWhole();
    expect((await store.app.view()).reauthorizationRequired).toBe(false);
    await expectDone(before);
    return met > 0;
  }

  /** The first exchange alone, or with all behind it, then the second, until there are no more. */
  async function failAtEach(
    outcome: Pick<Fault, 'at' | 'outcome'>,
    times: number,
    step: number,
  ): Promise<void> {
    for (let after = 0; after < maxExchanges; after += after === 0 ? randomInt(step) + 1 : step) {
      if (!(await attempt({ path: null, after, times, ...outcome }))) {
        expect(after).toBeGreaterThan(0);
        return;
      }
      attempts += 1;
    }
    throw new Error('There is no end.');
  }

  const possible = outcomes.filter(([what]) => !isDoneByStatus || what !== proxyAnswers);

  it.each(possible)('is done by the next try, whichever exchange fails: %s', (_what, outcome) =>
    failAtEach(outcome, 1, stride.once),
  );

  it.each(possible)('is done once the network is back: from one exchange on, %s', (_what, outcome) =>
    failAtEach(outcome, Number.POSITIVE_INFINITY, stride.forGood),
  );
});
