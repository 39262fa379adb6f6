import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LicenseState } from '../src/domain/license-state.js';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { Database } from '../src/persistence/database.js';
import { KeyValueRow } from '../src/persistence/entities/key-value.entity.js';
import { commitEvents, readOutbox } from './support/commit-events.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';

const writers = 40;

class ChangedItsMindError extends Error {}

/** Lets other tasks run, as a driver does that waits for a disk or a network. */
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('concurrent writes', () => {
  let app: TestApp;
  let mock: TestMock;
  let database: Database;
  let store: LicenseStore;

  beforeEach(async () => {
    mock = await startMock();
    app = await startApp({ mock });
    database = app.app.get(Database);
    store = app.app.get(LicenseStore);
  });

  afterEach(async () => {
    await app.stop();
    await mock.stop();
  });

  const write = (name: string) =>
    database.transact((manager) => manager.insert(KeyValueRow, { name, value: 'written' }));
  /** Returns the names of the rows of this test. The service writes others in the background. */
  const names = () =>
    database.read(async (manager) =>
      (await manager.find(KeyValueRow))
        .map(({ name }) => name)
        .filter((name) => /^(kept|lost|uncommitted)/.test(name))
        .toSorted(),
    );

  /** Writes, waits with the transaction open, and rolls back. */
  const writeAndFail = (name: string) =>
    database.transact(async (manager) => {
      await manager.insert(KeyValueRow, { name, value: 'rolled back' });
      await pause();
      await pause();
      throw new ChangedItsMindError();
    });

  it('are all kept next to a transaction that fails and is rolled back', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: writers }, (_, index) => [
        write(`kept-${index}`),
        writeAndFail(`lost-${index}`),
        write(`kept-too-${index}`),
      ]).flat(),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(writers);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(ChangedItsMindError);
    }
    const kept = Array.from({ length: writers }, (_, index) => [`kept-${index}`, `kept-too-${index}`]).flat();
    expect(await names()).toEqual(kept.toSorted());
  });

  it('are not visible to a read before they are committed', async () => {
    const seen: string[][] = [];
    const failing = writeAndFail('uncommitted');
    for (let reads = 0; reads < 20; reads += 1) seen.push(await names());
    await expect(failing).rejects.toThrow(ChangedItsMindError);
    expect(seen).toEqual(Array.from({ length: 20 }, () => []));
  });

  it('are kept over a restart once they are acknowledged', async () => {
    await Promise.all(Array.from({ length: writers }, (_, index) => write(`kept-${index}`)));
    const written = await names();
    expect(written).toHaveLength(writers);
    await app.close();
    app = await startApp({ mock, dataDir: app.dataDir });
    database = app.app.get(Database);
    expect(await names()).toEqual(written);
  });

  it('of the license are serialized, each based on the one before', async () => {
    await app.acquire(mock);
    const first = await readOutbox(app);
    const outcomes = await Promise.allSettled(
      Array.from({ length: writers }, (_, index) => [
        commitEvents(app, 1, rename),
        write(`beside-${index}`),
        store.transact(async (transaction) => {
          await transaction.saveState(rename(transaction.state), []);
          await transaction.saveSecrets(null);
          await pause();
          throw new ChangedItsMindError();
        }),
      ]).flat(),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(writers);
    const events = (await readOutbox(app)).slice(first.length);
    expect(events).toHaveLength(writers);
    const reported = events.map(
      ({ body }) => (JSON.parse(body) as { data: { serverName: string } }).data.serverName,
    );
    expect(reported.map((name) => name.length - (reported[0]?.length ?? 0))).toEqual(
      reported.map((_, index) => index),
    );
    expect(await app.view()).toMatchObject({ serverName: reported.at(-1) });
    expect(store.secrets).not.toBeNull();
  });

  it('leave memory and database unchanged if they fail', async () => {
    const acquired = await app.acquire(mock);
    await expect(
      store.transact(async (transaction) => {
        await transaction.saveState({ ...transaction.state, license: null }, []);
        await transaction.saveSecrets(null);
        await transaction.savePending(null);
        throw new ChangedItsMindError();
      }),
    ).rejects.toThrow(ChangedItsMindError);
    expect(await app.view()).toEqual(acquired);
    await app.close();
    app = await startApp({ mock, dataDir: app.dataDir });
    expect(await app.view()).toEqual(acquired);
    await app.as('post', '/api/license/refresh').expect(200);
  });
});

/** Makes a change that shows how many changes came before it. */
function rename(state: LicenseState): LicenseState {
  if (state.identity === null) return state;
  return { ...state, identity: { ...state.identity, serverName: `${state.identity.serverName}+` } };
}
