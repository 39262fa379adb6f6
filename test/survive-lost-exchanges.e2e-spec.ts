import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LicenseStore } from '../src/licensing/ports/license-store.js';
import { RevokeDroppedGrants } from '../src/licensing/revoke-dropped-grants.js';
import { isOnPostgres } from './support/create-database.js';
import type { Fault } from './support/fault-proxy.js';
import { hourMs, minuteMs } from './support/license-fixture.js';
import { reportFigure } from './support/report-figure.js';
import { refreshPath, TestStore } from './support/start-store.js';

const authorizationPath = '/api/license/authorization';
/** More exchanges than any use case has. */
const mostExchanges = 20;
/** The end of every wait between two tries; a user code does not live that long. */
const patienceMs = 2 * hourMs;
const patienceWithCodeMs = 2 * minuteMs;

/** What becomes of the exchange that is struck. */
const fates: readonly (readonly [what: string, Pick<Fault, 'at' | 'fate'>])[] = [
  ['its request is lost', { at: 'request', fate: 'drop' }],
  ['the server has a fault', { at: 'request', fate: { status: 500 } }],
  ['a proxy answers for the server', { at: 'request', fate: { status: 200, body: '<html>Log in</html>' } }],
  ['its answer is lost', { at: 'answer', fate: 'drop' }],
  ['its answer is cut', { at: 'answer', fate: { cutAfterBytes: 20 } }],
];

interface UseCase {
  readonly name: string;
  /** Brings the service to where the use case begins. */
  readonly prepare: () => Promise<unknown>;
  readonly run: () => Promise<void>;
  /** How it is done again where an answer was lost; default: as before. */
  readonly redo?: () => Promise<void>;
  /** Where it leads, which is where the service is in the end, too. */
  readonly status: 'licensed' | 'unlicensed';
}

let store: TestStore;
let trials = 0;
/** Answers that the contract does not know for an exchange that has failed. */
const wrongAnswers: string[] = [];

beforeAll(async () => {
  store = await TestStore.start();
});

afterAll(async () => {
  await store.stop();
  reportFigure('R2', `${trials} failing exchanges survived on ${isOnPostgres ? 'PostgreSQL' : 'SQLite'}`);
});

async function ask(method: 'get' | 'post' | 'delete', path: string): Promise<void> {
  const { status, body } = await store.app.as(method, path);
  if (status < 300) return;
  const { code } = body as { code?: string };
  if (code !== 'authorization-server-unreachable') wrongAnswers.push(`${method} ${path}: ${status} ${code}`);
  throw new Error(`${method} ${path}: ${status} ${code}`);
}

const next = () => ask('post', authorizationPath);
const complete = () => ask('post', `${authorizationPath}/complete`);
const refresh = () => ask('post', refreshPath);
const revokeDropped = () => store.app.app.get(RevokeDroppedGrants).executeWhenDue();

async function beUnlicensed(): Promise<void> {
  await ask('delete', '/api/license');
  await ask('delete', authorizationPath);
  await revokeDropped();
}

async function beAuthorized(): Promise<void> {
  await beUnlicensed();
  await next();
  await store.mock.approve(store.app.app.get(LicenseStore).pending?.userCode ?? '');
}

async function beLicensed(): Promise<void> {
  if ((await store.app.view()).status === 'licensed') return;
  await beAuthorized();
  await complete();
}

/** A device code works once (RFC 8628 section 3.5): with its answer lost, a person has to authorize another one. */
async function completeOrBeginAnew(): Promise<void> {
  const { status, body } = await store.app.as('post', `${authorizationPath}/complete`);
  if (status === 200) return;
  const { code, detail } = body as { code?: string; detail?: string };
  expect(code).toBe('license-refused');
  expect(detail).toContain('authorize this server once more');
  await beAuthorized();
  await complete();
}

/** A license without its secrets, or secrets without a license, is half done. */
function expectWhole(): void {
  const { state, secrets } = store.app.app.get(LicenseStore);
  expect(secrets !== null).toBe(state.license !== null);
  expect(wrongAnswers.splice(0)).toEqual([]);
}

const useCases: readonly UseCase[] = [
  { name: 'Next', prepare: beUnlicensed, run: next, status: 'unlicensed' },
  {
    name: 'Complete Authorization',
    prepare: beAuthorized,
    run: complete,
    redo: completeOrBeginAnew,
    status: 'licensed',
  },
  { name: 'a refresh that a person asks for', prepare: beLicensed, run: refresh, status: 'licensed' },
  {
    name: 'a refresh that is due',
    prepare: beLicensed,
    run: () => store.refreshWhenDue(),
    status: 'licensed',
  },
  {
    name: 'the revocation of a dropped grant',
    prepare: async () => {
      await beLicensed();
      await ask('delete', '/api/license');
    },
    run: revokeDropped,
    status: 'unlicensed',
  },
];

describe.each(useCases)('$name', ({ prepare, run, redo = run, status }) => {
  /** Resolves to whether the use case has come to that exchange at all. */
  async function trial(fault: Fault): Promise<boolean> {
    await prepare();
    // The next one asks where the server has what, too.
    await store.restart();
    const { license: before } = store.app.app.get(LicenseStore).state;
    store.proxy.inject(fault);
    await run().catch(() => undefined);
    const isMet = store.proxy.heal().every(({ times = 1 }) => times > 1);
    expectWhole();
    if (before !== null && status === 'licensed') expect((await store.app.view()).status).toBe('licensed');

    const { pending } = store.app.app.get(LicenseStore);
    const waitMs = pending === null ? patienceMs : patienceWithCodeMs;
    await store.live(waitMs, waitMs / 4);
    await (fault.at === 'answer' ? redo : run)();
    expectWhole();
    expect(await store.app.view()).toMatchObject({ status, reauthorizationRequired: false });
    return isMet;
  }

  it.each(fates)('is done by the next try, whichever exchange fails: %s', async (_what, fate) => {
    for (let after = 0; after < mostExchanges; after += 1) {
      const isMet = await trial({ path: null, after, ...fate });
      if (!isMet) return;
      trials += 1;
    }
    throw new Error('There is no end.');
  });

  it.each(fates)('is done once the network is back: from one exchange on, %s', async (_what, fate) => {
    await trial({ path: null, times: Number.POSITIVE_INFINITY, ...fate });
    trials += 1;
  });
});
