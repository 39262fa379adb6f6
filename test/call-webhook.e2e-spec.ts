import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventSubjects } from '../src/events/streams.js';
import { Outbox } from '../src/outbox/outbox.js';
import { Webhook } from '../src/outbox/webhook.js';
import { readOutbox } from './support/read-outbox.js';
import { noteSecret } from './support/secret-scanner.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';

const secret = 'a-key-of-the-webhook';
const waitMs = 30_000;
const maxStopMs = 10_000;

interface Call {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('the webhook', () => {
  let mock: TestMock;
  let app: TestApp;
  let receiver: Server;
  let calls: Call[];
  /** The statuses of the next answers, then 204; 0 never answers. */
  let statuses: number[];

  beforeAll(async () => {
    mock = await startMock();
    noteSecret('the key of the webhook', secret);
    receiver = createServer((request, response) => {
      void text(request).then((body) => {
        calls.push({ path: request.url ?? '', headers: request.headers, body });
        const status = statuses.shift() ?? 204;
        if (status !== 0) response.writeHead(status, { location: internalUrl() }).end();
      });
    });
    await once(receiver.listen(0, '127.0.0.1'), 'listening');
  });

  afterAll(async () => {
    receiver.closeAllConnections();
    receiver.close();
    await mock.stop();
  });

  beforeEach(async () => {
    [calls, statuses] = [[], []];
    app = await start();
  });

  afterEach(() => app.stop());

  function start(dataDir?: string): Promise<TestApp> {
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/pos`;
    const environment = { WEBHOOK_URL: url, WEBHOOK_SECRET: secret };
    return startApp({ mock, environment, ...(dataDir !== undefined && { dataDir }) });
  }

  /** An address that the receiver names to reach what only this machine can reach. */
  const internalUrl = () => `http://localhost:${(receiver.address() as AddressInfo).port}/internal`;
  const remove = () => app.as('delete', '/api/license').expect(204);
  /** Makes each attempt as soon as it is due, which the service does every five seconds. */
  const received = (count: number) =>
    expect
      .poll(
        () => {
          void app.app.get(Webhook).deliver();
          return calls.length;
        },
        { timeout: waitMs },
      )
      .toBe(count);
  const reasons = () =>
    calls.map(({ body }) => (JSON.parse(body) as { data: { reason: string } }).data.reason);

  it('receives the signed event when registers can sell and when they no longer can, and not at a refresh', async () => {
    await app.acquire(mock);
    await received(1);
    await app.as('post', '/api/license/refresh').expect(200);
    await remove();
    await received(2);
    expect(reasons()).toEqual(['acquired', 'removed']);
    const events = await readOutbox(app);
    expect(JSON.parse(calls[0]?.body ?? '')).toEqual(events[0]);
    expect(JSON.parse(calls[1]?.body ?? '')).toEqual(events.at(-1));
    for (const { headers, body } of calls) {
      expect(headers['content-type']).toMatch(/^application\/cloudevents\+json/);
      const hash = createHmac('sha256', secret).update(body).digest('hex');
      expect(headers['webhook-signature']).toBe(`sha256=${hash}`);
    }
  });

  it('is called again after an error or a redirect, which is not followed, with the same event, and with later ones only after it', async () => {
    statuses = [500, 302];
    await app.acquire(mock);
    await remove();
    await received(4);
    expect(reasons()).toEqual(['acquired', 'acquired', 'acquired', 'removed']);
    expect(new Set(calls.slice(0, 3).map(({ body }) => body)).size).toBe(1);
    expect(new Set(calls.map(({ path }) => path))).toEqual(new Set(['/pos']));
  });

  it('holds up neither a change nor a stop if it does not answer, and receives the event after a restart, even if the outbox was pruned', async () => {
    statuses = [0];
    await app.acquire(mock);
    await received(1);
    expect((await app.view()).status).toBe('licensed');
    await remove();
    const outbox = app.app.get(Outbox);
    const events = await outbox.readUnpublished(10);
    await outbox.markPublished(
      events.map(({ sequence }) => sequence),
      new Date(0),
    );
    await outbox.prune(new Date('9999-01-01'), eventSubjects);
    const closedAt = performance.now();
    await app.close();
    expect(performance.now() - closedAt).toBeLessThan(maxStopMs);
    app = await start(app.dataDir);
    await received(3);
    expect(reasons()).toEqual(['acquired', 'acquired', 'removed']);
  });
});
