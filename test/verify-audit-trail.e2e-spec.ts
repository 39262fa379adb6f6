import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AuditEntry, LicenseStore } from '../src/domain/ports/license-store.js';
import { Database } from '../src/persistence/database.js';
import { countTurns } from './support/count-turns.js';
import { isOnPostgres } from './support/create-database.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';

interface Entry {
  id: number;
  at: string;
  actor: string;
  address: string | null;
  action: string;
  reason: string | null;
  before: object | null;
  after: object | null;
  hash: string;
}

let mock: TestMock;
let app: TestApp;

beforeAll(async () => {
  mock = await startMock();
  app = await startApp({ mock, environment: { TRUST_PROXY: '127.0.0.1' } });
  await app.acquire(mock);
  await app.as('post', '/api/license/refresh').set('X-Forwarded-For', '192.0.2.7').expect(200);
  await app.as('delete', '/api/license').set('X-Forwarded-For', '2001:db8::9').expect(204);
  // The service revokes the grant in the background.
  await vi.waitFor(async () => expect(await readTrail()).toHaveLength(5), 10_000);
});

afterAll(async () => {
  await app.stop();
  await mock.stop();
});

const readTrail = async (): Promise<Entry[]> => {
  const { body } = await app.as('get', '/api/license/audit?limit=200').expect(200);
  return (body as { entries: Entry[] }).entries.toReversed();
};

const verify = async (query = '') => {
  const { body } = await app.as('get', `/api/license/audit/verification${query}`).expect(200);
  return body as { isIntact: boolean; entryCount: number; head: string; faults: { entryId: number }[] };
};

/** Executes a statement as somebody with access to the database file or to the owner of the tables. */
function tamper(statement: string): Promise<void> {
  return app.app.get(Database).transact(async (manager) => {
    const triggers = isOnPostgres
      ? [`ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_refuses_change`]
      : ['update', 'delete'].map((act) => `DROP TRIGGER IF EXISTS audit_entry_refuses_${act}`);
    for (const sql of [...triggers, statement]) await manager.query(sql);
  });
}

/** Returns the entry that one of many writers appends. */
function entryOf(n: number): AuditEntry {
  return {
    at: new Date(),
    actor: `writer ${n}`,
    address: null,
    action: 'status-changed',
    reason: null,
    before: null,
    after: { n },
  };
}

describe('the audit trail', () => {
  it('records each action with its actor and address, as far as the proxies are trusted', async () => {
    const reported = (await readTrail()).map(({ actor, action, address }) => [actor, action, address]);
    expect(reported).toEqual([
      ['admin', 'authorization-requested', '127.0.0.1'],
      ['admin', 'acquired', '127.0.0.1'],
      ['admin', 'refreshed', '192.0.2.7'],
      ['admin', 'removed', '2001:db8::9'],
      ['system', 'grant-revoked-at-server', null],
    ]);
  });

  it('can be verified from its JSON export with SHA-256 alone', async () => {
    let hash = '';
    for (const { at, actor, address, action, reason, before, after, ...entry } of await readTrail()) {
      const content = JSON.stringify([at, actor, address, action, reason, before, after]);
      hash = createHash('sha256').update(`${hash}\n${content}`).digest('hex');
      expect(entry.hash).toBe(hash);
    }
    expect(await verify()).toMatchObject({ isIntact: true, entryCount: 5, head: hash, faults: [] });
    expect(await verify(`?head=${hash}`)).toMatchObject({ isIntact: true });
    expect(await verify(`?head=${'0'.repeat(64)}`)).toMatchObject({ isIntact: false });
    await app.as('get', '/api/license/audit/verification?head=all').expect(400);
  });

  it.each(['UPDATE audit_entry SET actor = NULL', 'DELETE FROM audit_entry'])(
    'refuses %s',
    async (statement) => {
      const attempt = app.app.get(Database).transact((manager) => manager.query(statement));
      await expect(attempt).rejects.toThrow(/append-only/);
    },
  );

  it('is one chain, however many writers append concurrently in one or two processes', async () => {
    const other = isOnPostgres ? await startApp({ mock, dataDir: app.dataDir }) : app;
    const { entryCount } = await verify();
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        n % 2 === 0
          ? app.app.get(LicenseStore).transact((transaction) => transaction.appendAudit(entryOf(n)))
          : other.app.get(LicenseStore).completeRevocation(n + 1000, entryOf(n)),
      ),
    );
    if (other !== app) await other.close();
    expect(await verify()).toMatchObject({ isIntact: true, entryCount: entryCount + 20 });
  });

  it('is verified in batches of 200, between which the service does other work', async () => {
    const store = app.app.get(LicenseStore);
    await store.transact(async (transaction) => {
      for (let n = 0; n < 450; n += 1) await transaction.appendAudit(entryOf(n));
    });
    const { turns, result } = await countTurns(() => store.verifyAudit(null));
    expect(result.isIntact).toBe(true);
    expect(turns).toBeGreaterThanOrEqual(3);
  });
});

describe('a tampered audit trail', () => {
  const undo: string[] = [];

  afterEach(async () => {
    for (const statement of undo.splice(0)) await tamper(statement);
    expect(await verify()).toMatchObject({ isIntact: true });
  });

  it.each([
    [
      "UPDATE audit_entry SET actor = 'nobody' WHERE id = 2",
      "UPDATE audit_entry SET actor = 'admin' WHERE id = 2",
      2,
    ],
    [
      'UPDATE audit_entry SET address = NULL WHERE id = 3',
      "UPDATE audit_entry SET address = '192.0.2.7' WHERE id = 3",
      3,
    ],
    ['UPDATE audit_entry SET at = at + 1 WHERE id = 1', 'UPDATE audit_entry SET at = at - 1 WHERE id = 1', 1],
  ])('is detected after %s', async (statement, undoing, entryId) => {
    undo.push(undoing);
    await tamper(statement);
    const { isIntact, faults } = await verify();
    expect(isIntact).toBe(false);
    expect(faults).toEqual([{ entryId, message: expect.stringMatching(/was changed/) }]);
  });

  it('is detected after two entries were exchanged', async () => {
    // The swap uses a free number, because two entries cannot have the same one.
    const swap = [
      [2, -1],
      [3, 2],
      [-1, 3],
    ].map(([from, to]) => `UPDATE audit_entry SET id = ${to} WHERE id = ${from}`);
    if (isOnPostgres) await tamper('ALTER TABLE audit_entry ALTER COLUMN id SET GENERATED BY DEFAULT');
    undo.push(...swap);
    for (const statement of swap) await tamper(statement);
    expect((await verify()).faults.map(({ entryId }) => entryId)).toEqual([2, 3, 4]);
  });

  it('is detected when an entry in the middle or at the end is missing', async () => {
    const ids = (await readTrail()).map(({ id }) => id);
    await tamper('DELETE FROM audit_entry WHERE id = 2');
    expect((await verify()).faults).toEqual([{ entryId: 3, message: expect.stringMatching(/removed/) }]);
    await tamper(`DELETE FROM audit_entry WHERE id = ${ids.at(-1)}`);
    expect((await verify()).faults).toEqual([
      { entryId: 3, message: expect.stringMatching(/removed/) },
      { entryId: null, message: expect.stringMatching(/removed at the end/) },
    ]);
    await tamper('DELETE FROM audit_entry');
    expect((await verify()).faults).toEqual([{ entryId: null, message: expect.stringMatching(/is empty/) }]);
    await tamper("UPDATE license SET audit_head = ''");
  });
});
