import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { licenseReasons } from '../src/domain/transitions.js';
import { licenseStatuses } from '../src/domain/license-status.js';
import { accountOf, permissionsOf } from '../src/messaging/peer-permissions.js';
import { asyncApiDocument, findFaultsOfDocument, strictSchemaOf } from './support/asyncapi-document.js';
import { connectRegister, type TestRegister } from './support/register-connection.js';
import { connectAsService, requestAnswer } from './support/read-stream.js';
import { startApp, type TestApp } from './support/start-app.js';
import { FakeClock } from './support/fake-clock.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

const { channels, components, operations } = asyncApiDocument;

/** Expects a value that the schema accepts, and reports the reasons if it does not. */
function expectValid(message: string, value: unknown): void {
  const validate = strictSchemaOf(message);
  validate(value);
  expect(validate.errors ?? [], JSON.stringify(value)).toEqual([]);
}

describe('docs/asyncapi.yaml', () => {
  it('is an AsyncAPI 3.0.0 document', () => {
    expect(findFaultsOfDocument()).toEqual([]);
  });

  it.each(
    Object.entries(components.messages).flatMap(([message, { examples = [] }]) =>
      examples.map(({ name, payload }) => ({ message, name, payload })),
    ),
  )('has an example $name that is a valid $message', ({ message, payload }) => {
    expectValid(message, payload);
  });

  it('refuses an event with an unlisted member, and one that lacks a member', () => {
    const event = components.messages['licenseStatus']?.examples?.[0]?.payload as Record<string, unknown>;
    const validate = strictSchemaOf('licenseStatus');
    expect(validate(event)).toBe(true);
    expect(validate({ ...event, data: { ...(event['data'] as object), extra: 1 } })).toBe(false);
    const { sequence: _, ...withoutSequence } = event;
    expect(validate(withoutSequence)).toBe(false);
  });

  it('lists every status and every reason', () => {
    const { LicenseView } = components.schemas as Record<string, EnumSchema>;
    expect(LicenseView?.properties?.['status']?.enum).toEqual(licenseStatuses);
    expect(LicenseView?.properties?.['reason']?.enum).toEqual([...licenseReasons, null]);
  });

  it.each(['register', 'server'] as const)('lists the broker permissions of a %s', (kind) => {
    const shown = asyncApiDocument['x-permissions'][kind];
    const { sub, pub } = permissionsOf({ deviceId: '{deviceId}', kind });
    expect(shown).toEqual({ account: accountOf(kind, true), subscribe: sub.allow, publish: pub.allow });
  });

  it('has an operation for each channel', () => {
    const used = Object.values(operations).map(({ channel }) => channel.$ref.replace('#/channels/', ''));
    expect(used.toSorted()).toEqual(Object.keys(channels).toSorted());
  });
});

interface EnumSchema {
  readonly enum?: readonly unknown[];
  readonly properties?: Record<string, EnumSchema>;
}

describe('a real server', () => {
  const clock = new FakeClock();
  let mock: TestMock;
  let nats: TestNats;
  let app: TestApp;
  let register: TestRegister;

  beforeAll(async () => {
    [nats, mock] = await Promise.all([startNats(), startMock({ clock })]);
    app = await startApp({ mock, nats });
    register = await connectRegister(nats);
  });
  afterAll(async () => {
    await register.close();
    await app.stop();
    await Promise.all([mock.stop(), nats.stop()]);
  });

  it('sends only what the document describes: every event of a license, the view, and the answers to verify', async () => {
    // The service creates the stream after it has connected to the broker, which can be after its start.
    const last = () => register.last('license.status').catch(() => 'no stream');
    await expect.poll(last, { timeout: 10_000 }).toBeNull();
    await app.acquire(mock);
    await app.as('post', '/api/license/refresh').expect(200);
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    clock.advance(8 * 86_400_000);
    await app.tick();
    await register.until(({ event }) => event.data['reason'] === 'token-expired');
    await mock.control('PUT', '/mock/faults', { mode: 'none' });
    await app.as('delete', '/api/license').expect(204);
    await register.until(({ event }) => event.data['reason'] === 'removed');

    const seen = register.events.map(({ subject, messageId, event }) => {
      expectValid(subject === 'license.status' ? 'licenseStatus' : 'tokenExpiring', event);
      expect(messageId).toBe(event.id);
      return `${subject} ${String(event.data['reason'] ?? event.data['thresholdSeconds'])}`;
    });
    expect(seen).toEqual(expect.arrayContaining(['license.status acquired', 'token.expiring 0']));

    expectValid('licenseView', await register.status());
    const verified = await requestAnswer(
      register.connection,
      'svc.licensing.verify',
      JSON.stringify({ token: 'none' }),
    );
    expectValid('verification', verified.json());
    const service = await connectAsService(nats);
    expectValid('statusList', (await requestAnswer(service, 'svc.licensing.status-list')).json());
    expectValid('stored', (await requestAnswer(service, 'svc.licensing.stored')).json());
    await service.close();
  });

  it('has the streams that the document names, with their subjects', async () => {
    const connection = await connect({
      servers: nats.url,
      user: nats.serviceUser.user,
      pass: nats.serviceUser.password,
    });
    const manager = await jetstreamManager(connection);
    for (const [name, { subjects }] of Object.entries(asyncApiDocument['x-streams'])) {
      expect((await manager.streams.info(name)).config.subjects).toEqual(subjects);
    }
    await connection.close();
  });
});
