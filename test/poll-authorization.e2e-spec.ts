import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExchangeOutcome } from './support/fault-proxy.js';
import { secondMs } from './support/license-fixture.js';
import { TestStore, tokenPath } from './support/start-store.js';

const authorization = '/api/license/authorization';
const complete = '/api/license/authorization/complete';

type OAuthErrorCode = 'slow_down' | 'access_denied' | 'invalid_client' | 'who_knows';

/** RFC 8628 section 3.5. DPoP is off because its nonce challenge would double each request. */
describe('polling for the approval of a user code', () => {
  let store: TestStore;
  let polledAtMs: number[];

  beforeEach(async () => {
    store = await TestStore.start({ mock: { dpop: 'off' } });
    polledAtMs = [];
  });

  afterEach(() => store.stop());

  /** Records each poll, and gives the first ones the listed outcomes. */
  function watch(...outcomes: (OAuthErrorCode | 'drop' | ExchangeOutcome)[]): void {
    const meanwhile = async (): Promise<void> => {
      polledAtMs.push(store.clock.now().getTime());
    };
    for (const outcome of outcomes) {
      store.proxy.inject({
        path: tokenPath,
        at: 'request',
        meanwhile,
        outcome:
          outcome === 'drop' || typeof outcome === 'object'
            ? outcome
            : {
                status: 400,
                headers: { 'content-type': 'application/json' },
                body: JSON.stringify({ error: outcome }),
              },
      });
    }
    store.proxy.inject({ path: tokenPath, at: 'request', meanwhile, outcome: 'pass', times: 1000 });
  }

  async function next(): Promise<string> {
    const { body } = await store.app.as('post', authorization).expect(201);
    polledAtMs.push(store.clock.now().getTime());
    return (body as { userCode: string }).userCode;
  }

  function gapsSeconds(): number[] {
    return polledAtMs.slice(1).map((atMs, index) => (atMs - (polledAtMs[index] ?? 0)) / 1000);
  }

  it('happens once per interval by itself', async () => {
    watch();
    await next();
    await store.live(10 * secondMs, secondMs / 4);
    expect(gapsSeconds()).toEqual(Array(10).fill(1));
  });

  it('happens no faster however often a person clicks', async () => {
    watch();
    await next();
    for (let round = 1; round <= 5; round++) {
      await Promise.all([
        store.app.as('post', complete).expect(409),
        store.app.as('post', complete).expect(409),
        store.app.tick(),
      ]);
    }
    expect(polledAtMs.length).toBeGreaterThanOrEqual(5);
    expect(Math.min(...gapsSeconds())).toBeGreaterThanOrEqual(1);
  });

  it('happens no faster after a restart', async () => {
    watch();
    await next();
    await store.live(secondMs, secondMs);
    await store.restart();
    await store.app.tick();
    await store.live(secondMs, secondMs / 2);
    expect(gapsSeconds()).toEqual([1, 1]);
  });

  it('slows down permanently by five seconds each time that the server asks for it', async () => {
    watch('slow_down', 'slow_down');
    await next();
    await store.live(45 * secondMs, secondMs);
    expect(gapsSeconds()).toEqual([1, 6, 11, 11, 11]);
  });

  it('doubles the interval with each poll that brings no answer, until one does', async () => {
    watch('drop', 'drop', 'drop', 'drop');
    await next();
    await store.live(34 * secondMs, secondMs);
    expect(gapsSeconds()).toEqual([1, 2, 4, 8, 16, 1, 1, 1]);
  });

  it('waits as long as the server asks with Retry-After, and for one poll only', async () => {
    watch({ status: 429, headers: { 'retry-after': '8' } });
    await next();
    await store.live(20 * secondMs, secondMs);
    const [first, postponed, ...later] = gapsSeconds();
    expect(first).toBe(1);
    expect(postponed).toBeGreaterThanOrEqual(8);
    expect(postponed).toBeLessThanOrEqual(10);
    expect(new Set(later)).toEqual(new Set([1]));
  });

  it.each([
    { status: 400, body: '{"error":"server_error"}' },
    { status: 400, body: '{"error":"temporarily_unavailable"}' },
    { status: 404, body: '{"error":"Not Found","status":404}' },
  ])('goes on after an answer that decides nothing: $status $body', async ({ status, body }) => {
    watch({ status, headers: { 'content-type': 'application/json' }, body });
    await next();
    await store.live(10 * secondMs, secondMs);
    expect(gapsSeconds().slice(0, 4)).toEqual([1, 2, 1, 1]);
    expect((await store.app.as('get', authorization).expect(200)).body.state).toBe('pending');
  });

  it('waits at most a minute for the next poll', async () => {
    watch(...Array<'drop'>(10).fill('drop'));
    await next();
    await store.live(400 * secondMs, 5 * secondMs);
    expect(Math.max(...gapsSeconds())).toBe(60);
  });

  it.each(['access_denied', 'invalid_client', 'who_knows'] as const)(
    'ends after the error %s',
    async (error) => {
      watch(error);
      await next();
      await store.live(30 * secondMs, secondMs);
      expect(gapsSeconds()).toEqual([1]);
      const { body } = await store.app.as('get', authorization).expect(200);
      expect(body.state).toBe(error === 'access_denied' ? 'denied' : 'refused');
    },
  );

  it('ends when the code has expired', async () => {
    watch();
    await next();
    store.clock.advance(600 * secondMs);
    await store.live(10 * secondMs, secondMs);
    expect(gapsSeconds()).toEqual([]);
    expect((await store.app.as('get', authorization).expect(200)).body.state).toBe('expired');
  });

  it('ends once the license is granted', async () => {
    watch();
    await store.mock.approve(await next());
    await store.live(10 * secondMs, secondMs);
    expect(gapsSeconds()).toEqual([1]);
    expect(await store.app.view()).toMatchObject({ status: 'licensed', reason: 'acquired' });
  });
});
