import { EventEmitter, once } from 'node:events';
import { register as registerHooks } from 'node:module';
import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload, Transport } from 'nest-microservices';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawRegister, type RawMessage } from './support/raw-register.js';
import { readStream } from './support/read-stream.js';
import { refreshPath } from './support/start-store.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

// Nest imports @nestjs/microservices. Installed under that name, the licensing service would load it, too.
registerHooks(
  `data:text/javascript,${encodeURIComponent(`
    export const resolve = (name, context, next) =>
      next(name.replace(/^@nestjs\\/microservices(?=\\/|$)/, 'nest-microservices'), context);
  `)}`,
);

const refreshes = 5;
const lastStatus = '$JS.API.DIRECT.GET.LICENSING.license.status';

const received: unknown[] = [];
const errors: string[] = [];
const arrivals = new EventEmitter();

@Controller()
class Display {
  @EventPattern('license.status')
  show(@Payload() data: unknown): string {
    received.push(data);
    arrivals.emit('event');
    return 'an answer without a request';
  }
}

@Module({ controllers: [Display] })
class DisplayModule {}

const idOf = ({ headers }: RawMessage) => /^Nats-Msg-Id: *(.+?)\r$/m.exec(headers)?.[1];

describe('a subscriber without the client library', () => {
  let nats: TestNats;
  let mock: TestMock;
  let app: TestApp;
  let raw: RawRegister;
  let microservice: INestMicroservice;

  beforeAll(async () => {
    [nats, mock] = await Promise.all([startNats(), startMock()]);
    raw = await RawRegister.connect(nats, ['license.status', 'token.expiring', '_INBOX.register.>']);
    const { user, password: pass } = nats.registerUser;
    app = await startApp({ mock, nats });
    microservice = await NestFactory.createMicroservice(DisplayModule, {
      transport: Transport.NATS,
      options: { servers: [nats.url], user, pass },
      logger: { log: () => {}, warn: () => {}, error: (message: unknown) => errors.push(String(message)) },
    });
    await microservice.listen();
    await app.acquire(mock);
    for (let refresh = 0; refresh < refreshes; refresh += 1) await app.as('post', refreshPath).expect(200);
  });

  afterAll(async () => {
    await app.stop();
    await microservice.close();
    raw.close();
    await Promise.all([mock.stop(), nats.stop()]);
  });

  it('receives every event in order on a bare socket, with its id in the header', async () => {
    const messages = await raw.take('license.status', refreshes + 1);
    const events = messages.map(({ body }) => JSON.parse(body) as { id: string });
    const published = await readStream(nats);
    expect(events).toEqual(published.map(({ event }) => event));
    expect(messages.map(idOf)).toEqual(events.map(({ id }) => id));
  });

  it('reads the last event of the stream on a bare socket, with the request of the contract', async () => {
    const inbox = '_INBOX.register.last';
    raw.send(`PUB ${lastStatus} ${inbox} 0`, '');
    const [answer] = await raw.take(inbox);
    const last = (await readStream(nats)).at(-1);
    expect(JSON.parse(answer?.body ?? '')).toEqual(last?.event);
    expect(answer && idOf(answer)).toBe(last?.messageId);
    expect(answer?.headers).toMatch(/^Nats-Subject: license\.status\r$/m);
  });

  it('receives a 404 status line if there is no event yet', async () => {
    const inbox = '_INBOX.register.none';
    raw.send(`PUB ${lastStatus.replace('license.status', 'token.expiring')} ${inbox} 0`, '');
    const [answer] = await raw.take(inbox);
    expect(answer?.headers).toMatch(/^NATS\/1\.0 404 /);
    expect(answer?.body).toBe('');
  });

  it('receives the data of every event in a plain Nest microservice', async () => {
    const signal = AbortSignal.timeout(10_000);
    while (received.length <= refreshes) await once(arrivals, 'event', { signal });
    const published = await readStream(nats);
    expect(received).toEqual(published.map(({ event }) => event.data));
  });

  it('cannot publish the answers of a Nest microservice: the broker refuses them', async () => {
    // Nest treats an event with an id as a request, and answers to its reply subject, which is for acknowledgments.
    await expect.poll(() => errors.length).toBe(refreshes + 1);
    for (const error of errors) expect(error).toMatch(/Permissions Violation for Publish to "_INBOX\./);
  });
});
