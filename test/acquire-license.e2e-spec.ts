import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from './support/fake-clock.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';

const authorization = '/api/license/authorization';
const complete = '/api/license/authorization/complete';

describe('the acquisition API', () => {
  let clock: FakeClock;
  let mock: TestMock;
  let app: TestApp;

  beforeEach(async () => {
    clock = new FakeClock();
    mock = await startMock({ clock });
    app = await startApp({ mock });
  });

  afterEach(async () => {
    await app.stop();
    await mock.stop();
  });

  const next = async () =>
    (await app.as('post', authorization)).body as { userCode: string; expiresAt: string };

  it('starts unlicensed, with nothing to complete', async () => {
    expect(await app.view()).toMatchObject({
      status: 'unlicensed',
      statusText: 'Not Licensed',
      sequence: null,
    });
    await app.as('get', authorization).expect(404);
    const { body } = await app
      .as('post', complete)
      .expect(404)
      .expect('content-type', /problem\+json/);
    expect(body).toMatchObject({ code: 'no-authorization-pending', status: 404 });
  });

  it('licenses the server with Next, an approval of the user code, and Complete', async () => {
    const { body } = await app.as('post', authorization).expect(201);
    expect(body).toEqual({
      userCode: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verificationUri: expect.stringContaining(mock.url),
      expiresAt: new Date(clock.now().getTime() + 600_000).toISOString(),
      intervalSeconds: 1,
    });
    await mock.approve(body.userCode);
    const { body: view } = await app.as('post', complete).expect(200);
    expect(view).toMatchObject({
      status: 'licensed',
      statusText: 'Licensed',
      reason: 'acquired',
      serverId: 'srv-store-1',
      organization: { id: 'fc-demo' },
      features: ['xms'],
      hub: { id: 'srv-hub' },
      token: { status: 'valid' },
      connection: { online: true, lastError: null },
      sequence: expect.stringMatching(/^\d{16}$/),
    });
  });

  it('hands out the same user code while one is pending', async () => {
    const first = await app.as('post', authorization).expect(201);
    const second = await app.as('post', authorization).expect(200);
    expect(second.body).toEqual(first.body);
    const { body } = await app.as('get', authorization).expect(200);
    expect(body).toMatchObject({ state: 'pending', reason: null, userCode: first.body.userCode });
  });

  it('hands out one user code for two concurrent clicks on Next', async () => {
    const [first, second] = await Promise.all([next(), next()]);
    expect(first.userCode).toBe(second.userCode);
  });

  it('reports that nobody has entered the code yet, and keeps the code', async () => {
    const { userCode } = await next();
    const { body } = await app.as('post', complete).expect(409);
    expect(body).toMatchObject({ code: 'authorization-pending' });
    await mock.approve(userCode);
    await app.as('post', complete).expect(200);
  });

  it('returns the license when Complete is repeated', async () => {
    await app.acquire(mock);
    const { body } = await app.as('post', complete).expect(200);
    expect(body).toMatchObject({ status: 'licensed' });
  });

  it('refuses Next while the server is licensed', async () => {
    await app.acquire(mock);
    const { body } = await app.as('post', authorization).expect(409);
    expect(body).toMatchObject({ code: 'license-present' });
  });

  it('completes in the background when nobody chooses Complete', async () => {
    const { userCode } = await next();
    await mock.approve(userCode);
    clock.advance(1000);
    await app.tick();
    expect(await app.view()).toMatchObject({ status: 'licensed', reason: 'acquired' });
  });

  it('keeps the pending code over a restart', async () => {
    const { userCode } = await next();
    await app.close();
    app = await startApp({ mock, dataDir: app.dataDir });
    const { body } = await app.as('get', authorization).expect(200);
    expect(body).toMatchObject({ userCode, state: 'pending' });
    await mock.approve(userCode);
    await app.as('post', complete).expect(200);
  });

  it('reports a denial, and hands out a new code at the next request', async () => {
    const { userCode } = await next();
    await mock.control('POST', '/mock/deny', { userCode });
    const { body } = await app.as('post', complete).expect(403);
    expect(body).toMatchObject({ code: 'authorization-denied' });
    expect((await app.as('get', authorization).expect(200)).body).toMatchObject({ state: 'denied' });
    expect((await next()).userCode).not.toBe(userCode);
  });

  it('reports that the code has expired', async () => {
    await next();
    clock.advance(600_000);
    const { body } = await app.as('post', complete).expect(410);
    expect(body).toMatchObject({ code: 'user-code-expired' });
    expect((await app.as('get', authorization).expect(200)).body).toMatchObject({ state: 'expired' });
  });

  it('reports why the license was refused', async () => {
    const { userCode } = await next();
    await mock.approve(userCode);
    const state = (await mock.control('GET', '/mock/state')) as {
      organizations: { licenses: { id: string; features: string[] }[] }[];
    };
    const xms = state.organizations[0]?.licenses.find((license) => license.features.includes('xms'));
    await mock.control('PATCH', `/mock/licenses/${xms?.id}`, { isActive: false });
    const { body } = await app.as('post', complete).expect(403);
    expect(body).toMatchObject({ code: 'license-refused', detail: expect.stringMatching(/active/i) });
  });

  it('reports that the Authorization server is unreachable, at Next and at Complete, and continues when it is back', async () => {
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    expect((await app.as('post', authorization).expect(503)).body).toMatchObject({
      code: 'authorization-server-unreachable',
    });
    await mock.control('PUT', '/mock/faults', { mode: 'none' });
    const { userCode } = await next();
    await mock.approve(userCode);
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    expect((await app.as('post', complete).expect(503)).body).toMatchObject({
      code: 'authorization-server-unreachable',
    });
    await mock.control('PUT', '/mock/faults', { mode: 'none' });
    await app.as('post', complete).expect(200);
  });

  it('forgets a canceled code', async () => {
    await next();
    await app.as('delete', authorization).expect(204);
    await app.as('get', authorization).expect(404);
    await app.as('post', complete).expect(404);
  });

  it('records the actor in the audit trail, newest entry first', async () => {
    await app.acquire(mock);
    const { body } = await app.as('get', '/api/license/audit').expect(200);
    expect(body.entries.map((entry: { action: string }) => entry.action)).toEqual([
      'acquired',
      'authorization-requested',
    ]);
    expect(body.entries[0]).toMatchObject({
      actor: 'admin',
      before: { status: 'unlicensed' },
      after: { status: 'licensed', serverId: 'srv-store-1' },
    });
  });
});
