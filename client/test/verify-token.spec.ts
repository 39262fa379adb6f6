import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LicenseServerError } from '../src/index.js';
import { startNats, type TestNats } from '../../test/support/start-nats.js';
import { RecordedFollower } from './support/record-license.js';

const good = {
  active: true,
  deviceId: 'reg-1-2',
  kind: 'register',
  features: ['register'],
  expiresAt: '2026-12-01T00:00:00.000Z',
};

describe('verify', () => {
  let broker: TestNats;
  let register: RecordedFollower;
  let service: Awaited<ReturnType<typeof connect>>;
  let answer = '';
  const asked: unknown[] = [];

  beforeAll(async () => {
    broker = await startNats();
    const { user, password } = broker.serviceUser;
    service = await connect({ servers: broker.url, user, pass: password });
    service.subscribe('svc.licensing.verify', {
      callback: (_error, message) => {
        asked.push(message.json());
        message.respond(answer);
      },
    });
    await service.flush();
    register = new RecordedFollower({ natsUrl: broker.url, ...broker.registerUser });
    await register.seenState('connected');
  });
  afterAll(async () => {
    await register.follower.close();
    await service.close();
    await broker.stop();
  });

  it.each([
    [good],
    [{ active: false, error: 'token-expired' }],
    [{ active: false, error: 'nonce-required', nonce: 'n-1' }],
  ])('returns the answer of the server: %j', async (said) => {
    answer = JSON.stringify(said);
    expect(await register.follower.verify('aaa.bbb.ccc')).toEqual(said);
    expect(asked.at(-1)).toEqual({ token: 'aaa.bbb.ccc' });
  });

  it('sends the proof with its method and URL', async () => {
    answer = JSON.stringify(good);
    const request = { token: 'aaa', proof: 'ppp', htm: 'POST', htu: 'https://10.0.0.3/carts' };
    await register.follower.verify(request);
    expect(asked.at(-1)).toEqual(request);
  });

  it.each(['', '{}', 'null', '[]', '{"active":"true"}', '{"active":true}', '{"active":1,"deviceId":"x"}'])(
    'rejects the answer %j as not readable',
    async (said) => {
      answer = said;
      await expect(register.follower.verify('aaa')).rejects.toMatchObject({ code: 'answer-not-readable' });
    },
  );

  it('reports no-answer without a service, and not-connected after close()', async () => {
    await service.drain();
    const error: unknown = await register.follower.verify('aaa').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LicenseServerError);
    expect(error).toMatchObject({ code: 'no-answer' });
    await register.follower.close();
    await expect(register.follower.verify('aaa')).rejects.toMatchObject({ code: 'not-connected' });
  });
});
