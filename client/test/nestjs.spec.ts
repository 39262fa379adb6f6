import { EventEmitter, once } from 'node:events';
import { createRequire, register } from 'node:module';
import type { INestMicroservice } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload, Transport } from 'nest-microservices';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createConnectionOptions } from '../src/index.js';
import { licenseEventDeserializer } from '../src/nestjs.js';
import { startNats, type TestNats } from '../../test/support/start-nats.js';
import { LicensePublisher } from './support/license-publisher.js';
import { encode, makeStatusEvent, makeTokenWarning } from './support/make-event.js';

// Nest loads @nestjs/microservices if it is installed, in the licensing service too. So it is installed under another
// name, and this hook maps its real name to that one in this process only.
register(
  `data:text/javascript,${encodeURIComponent(`
    export const resolve = (name, context, next) =>
      next(name.replace(/^@nestjs\\/microservices(?=\\/|$)/, 'nest-microservices'), context);
  `)}`,
);

const arrivals = new EventEmitter();
const received: { pattern: string; data: unknown }[] = [];

function keep(pattern: string, data: unknown): string {
  received.push({ pattern, data });
  arrivals.emit('event');
  return 'heard';
}

@Controller()
class Display {
  @EventPattern('license.status')
  showStatus(@Payload() event: unknown): string {
    return keep('license.status', event);
  }

  @EventPattern('token.expiring')
  showWarning(@Payload() event: unknown): string {
    return keep('token.expiring', event);
  }
}

@Module({ controllers: [Display] })
class RegisterModule {}

async function receiveNext(): Promise<unknown> {
  const signal = AbortSignal.timeout(10_000);
  while (received.length === 0) await once(arrivals, 'event', { signal });
  return received[0];
}

describe('a Nest microservice with the deserializer', () => {
  let broker: TestNats;
  let service: LicensePublisher;
  let microservice: INestMicroservice;
  const errors: string[] = [];

  beforeAll(async () => {
    broker = await startNats();
    service = await LicensePublisher.connect(broker);
    await service.createStream();
    microservice = await NestFactory.createMicroservice(RegisterModule, {
      transport: Transport.NATS,
      logger: {
        log: () => undefined,
        warn: () => undefined,
        error: (message: unknown) => {
          errors.push(String(message));
          arrivals.emit('error-line');
        },
      },
      options: {
        ...createConnectionOptions({ natsUrl: broker.url, ...broker.registerUser }),
        deserializer: licenseEventDeserializer,
      },
    });
    await microservice.listen();
    // Nest does not wait until the broker knows its subscriptions.
    await microservice.unwrap<NatsConnection>().flush();
  }, 60_000);
  afterAll(async () => {
    await microservice?.close();
    await service.close();
    await broker.stop();
  });
  beforeEach(() => {
    received.length = 0;
  });

  it('passes the whole event to the handler and sends no answer', async () => {
    for (const event of [makeStatusEvent(1), makeTokenWarning(2, '2099-01-01T00:00:00.000Z')]) {
      received.length = 0;
      // JetStream sets a reply inbox for its acknowledgement: an answer of the microservice would arrive there.
      await service.publish(event);
      expect(await receiveNext()).toEqual({ pattern: event.type, data: event });
    }
    expect(errors).toEqual([]);
  });

  it('logs and drops messages that are not license events, and keeps receiving', async () => {
    await service.send('license.status', JSON.stringify({ ...makeStatusEvent(3), type: 'token.expiring' }));
    await service.send('license.status', '<html>');
    const next = makeStatusEvent(4);
    await service.publish(next);
    expect(await receiveNext()).toMatchObject({ data: { id: next.id } });
    expect(errors).toEqual([
      expect.stringContaining('(wrong-type)') as string,
      expect.stringContaining('(malformed)') as string,
    ]);
  });
});

const read = (subject: string, data: Uint8Array) =>
  licenseEventDeserializer.deserialize({ subject, data }, { channel: subject });

it('the test setup does not expose @nestjs/microservices to the licensing service', () => {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('@nestjs/core'));
  expect(() => resolve('@nestjs/microservices')).toThrow(/Cannot find module/);
});

describe('the deserializer with other messages', () => {
  it("passes Nest's own messages unchanged", () => {
    const packet = { pattern: 'carts', data: { total: 3 }, id: '7' };
    expect(read('carts', encode(packet))).toEqual(packet);
  });

  it.each([
    ['{"id":"1","data":2}', { id: '1', data: 2 }],
    ['plain', 'plain'],
    ['null', null],
  ])('treats %s as an event of its subject', (text, data) => {
    expect(read('carts', new TextEncoder().encode(text))).toEqual({ pattern: 'carts', data });
  });
});
