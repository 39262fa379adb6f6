import { UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createDevice, DeviceError, type UserCode } from '../src/index.js';
import {
  type FakeAuthorizationServer,
  type Misbehavior,
  startFakeAuthorizationServer,
} from '../../test/support/fake-authorization-server.js';
import { startMock, type TestMock } from '../../test/support/start-mock.js';
import { MemoryStorage } from './support/memory-storage.js';
import { TestDevice } from './support/start-device.js';

async function startDevice(...args: Parameters<typeof TestDevice.start>): Promise<TestDevice> {
  const started = await TestDevice.start(...args);
  onTestFinished(() => started.device.stop());
  return started;
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof DeviceError) return error.code;
    throw error;
  }
  return 'no error';
}

/** Returns answers with a `Date` header that is an hour ahead. */
async function fetchFromTheFuture(...request: Parameters<typeof fetch>): Promise<Response> {
  const answer = await fetch(...request);
  const headers = new Headers(answer.headers);
  headers.set('date', new Date(Date.now() + 3_600_000).toUTCString());
  return new Response(answer.body, { status: answer.status, headers });
}

describe('a device', () => {
  let mock: TestMock;
  beforeAll(async () => {
    mock = await startMock();
  });
  afterAll(() => mock.stop());
  afterEach(() => mock.control('PUT', '/mock/faults', { mode: 'none' }));

  it('gets a token that is bound to its key once a person has entered its user code', async () => {
    const { device, storage } = await startDevice(mock);
    expect(device.isAuthorized).toBe(false);
    expect(device.license).toBeNull();
    expect(() => device.token).toThrow(expect.objectContaining({ code: 'not-authorized' }));

    const codes: UserCode[] = [];
    await device.authorize(async (code) => {
      codes.push(code);
      await mock.approve(code.userCode, 'reg-1-1');
    });
    expect(codes).toHaveLength(1);
    expect(codes[0]).toMatchObject({ userCode: expect.stringMatching(/^\w{4}-\w{4}$/) as string });
    expect(device.id).toBe('reg-1-1');
    expect(device.isAuthorized).toBe(true);
    expect(device.isBound).toBe(true);
    expect(device.license).toMatchObject({
      kind: 'register',
      organization: { id: 'fc-demo' },
      features: ['register'],
      renewalDate: null,
      hub: { id: 'srv-store-1', url: 'https://store-1.example' },
    });
    expect(storage.last).toMatchObject({ token: device.token, clientId: 'pos-register' });
  });

  it('needs neither a person nor the internet after a restart when it has a grant', async () => {
    const { device, storage } = await startDevice(mock);
    await device.authorize(({ userCode }) => mock.approve(userCode, 'reg-1-2'));
    await device.stop();
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    const again = await startDevice(mock, { storage });
    expect(again.device.token).toBe(device.token);
    await again.device.authorize(() => expect.unreachable());
    expect(again.device.proofForNats('srv-store-1')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it('stores a new refresh token before it uses the new license token', async () => {
    const started = await startDevice(mock);
    await started.authorize(mock);
    const before = started.storage.last;
    started.storage.isBroken = true;
    expect(await codeOf(started.device.refresh())).toBe('storage-unusable');
    expect(started.device.token).toBe(before['token']);

    // The device sends no further request, because the issued token is not stored yet.
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    started.storage.isBroken = false;
    await started.device.refresh();
    expect(started.storage.last['refreshToken']).not.toBe(before['refreshToken']);
    expect(started.device.token).toBe(started.storage.last['token']);
  });

  it('sends one refresh request for several concurrent calls', async () => {
    const started = await startDevice(mock);
    await started.authorize(mock);
    await Promise.all([started.device.refresh(), started.device.refresh(), started.device.refresh()]);
    expect(started.storage.writes).toHaveLength(2);
  });

  it('keeps its token when its authorization is removed, and reports that the grant is dead', async () => {
    const started = await startDevice(mock);
    await started.authorize(mock, 'reg-2-1');
    const { token } = started.device;
    await mock.control('DELETE', '/mock/devices/reg-2-1/authorization');
    expect(await codeOf(started.device.refresh())).toBe('grant-dead');
    await started.seen('authorization-lost');
    expect(started.device.token).toBe(token);
    expect(started.storage.last['isGrantDead']).toBe(true);
    expect(await codeOf(started.device.refresh())).toBe('grant-dead');

    await started.authorize(mock, 'reg-2-1');
    expect(started.device.token).not.toBe(token);
  });

  it('keeps its grant when a refresh is refused because of the license', async () => {
    const started = await startDevice(mock);
    await started.authorize(mock);
    await mock.control('PATCH', '/mock/licenses/lic-demo-registers', { isActive: false });
    onTestFinished(async () => {
      await mock.control('PATCH', '/mock/licenses/lic-demo-registers', { isActive: true });
    });
    expect(await codeOf(started.device.refresh())).toBe('license-refused');
    await mock.control('PATCH', '/mock/licenses/lic-demo-registers', { isActive: true });
    await started.device.refresh();
  });

  it('reports that a person denied the user code', async () => {
    const { device } = await startDevice(mock);
    const deny = async ({ userCode }: UserCode): Promise<void> => {
      await mock.control('POST', '/mock/deny', { userCode });
    };
    expect(await codeOf(device.authorize(deny))).toBe('authorization-denied');
  });

  it('keeps polling for the decision of a person through an outage', async () => {
    const started = await startDevice(mock);
    await started.device.authorize(async ({ userCode }) => {
      await mock.approve(userCode, 'reg-1-1');
      await mock.control('PUT', '/mock/faults', { mode: 'offline', count: 1 });
    });
    expect(started.device.isAuthorized).toBe(true);
  });

  it('reports an unreachable Authorization server', async () => {
    const { device } = await startDevice(mock);
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    expect(await codeOf(device.authorize(() => expect.unreachable()))).toBe(
      'authorization-server-unreachable',
    );
  });

  it('stops while it waits for a person', async () => {
    const { device } = await startDevice(mock);
    let waiting: Promise<string> | undefined;
    await new Promise<void>((resolve) => {
      waiting = codeOf(device.authorize(() => resolve()));
    });
    await device.stop();
    expect(await waiting).toBe('stopped');
  });

  it('corrects the wrong clock of its machine by the answers of the server', async () => {
    await mock.control('PUT', '/mock/faults', { mode: 'none' });
    const started = await startDevice(mock, { fetch: fetchFromTheFuture });
    await started.authorize(mock);
    const aheadMs = started.device.clock.now().getTime() - Date.now();
    expect(Math.abs(aheadMs - 3_600_000)).toBeLessThan(60_000);
  });

  it.each([
    ['ftp://127.0.0.1', false],
    ['nonsense', false],
    ['http://auth.example', false],
    ['http://auth.example', true],
    ['https://auth.example', true],
  ])('accepts the issuer %s only with https or by explicit permission: %s', async (authServerUrl, isFine) => {
    const options = { authServerUrl, clientId: 'pos-register', storage: new MemoryStorage() } as const;
    const made = createDevice({ ...options, allowInsecureAuthServer: isFine });
    await (isFine ? made : expect(made).rejects.toMatchObject({ code: 'invalid-options' }));
  });
});

describe('a device whose tokens live for four seconds', () => {
  it('refreshes its token on schedule, and again after an outage', async () => {
    const mock = await startMock({ tokenTtlSeconds: 4 });
    onTestFinished(() => mock.stop());
    const started = await startDevice(mock);
    await started.authorize(mock);
    const [acquired] = started.changes;
    const { token } = started.device;
    const { license } = await started.seen('refreshed');
    expect(acquired).toMatchObject({ kind: 'acquired', license: { deviceId: license.deviceId } });
    expect(started.device.token).not.toBe(token);

    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    const { error, retryAt } = await started.seen('refresh-failed');
    expect(error.code).toBe('authorization-server-unreachable');
    expect(retryAt.getTime()).toBeGreaterThan(Date.now());
    started.changes.length = 0;
    await mock.control('PUT', '/mock/faults', { mode: 'none' });
    await started.seen('refreshed');
    expect(started.device.isAuthorized).toBe(true);
  });
});

describe('a stored token of another kind of device', () => {
  it('is rejected with wrong-device-kind', async () => {
    const mock = await startMock();
    onTestFinished(() => mock.stop());
    const token = await mock.issueToken('srv-store-1');
    const storage = new MemoryStorage();
    await storage.write(
      JSON.stringify({
        version: 1,
        issuer: new URL(mock.url).href,
        clientId: 'pos-register',
        token,
        refreshToken: 'x',
        dpopKey: null,
        receivedAt: new Date().toISOString(),
      }),
    );
    expect(await codeOf(TestDevice.start(mock, { storage }))).toBe('wrong-device-kind');
  });
});

const seconds = (): number => Math.floor(Date.now() / 1000);

describe('a device at a server whose refresh tokens work once', () => {
  let fake: FakeAuthorizationServer;
  const device = { id: 'reg-1', name: 'Register 1', kind: 'register' };
  const register = { sub: 'reg-1', client_id: 'pos-register', device };

  beforeEach(async () => {
    fake = await startFakeAuthorizationServer({ isStrict: true });
    fake.misbehave({ claims: register });
    onTestFinished(() => fake.stop());
  });

  async function authorize(): Promise<TestDevice> {
    const started = await startDevice(fake);
    await started.device.authorize(() => undefined);
    return started;
  }

  it.each<{ what: string; fault: Misbehavior }>([
    { what: 'an end in microseconds', fault: { claims: { ...register, exp: (seconds() + 60) * 1e6 } } },
    {
      what: 'a renewal date without an offset',
      fault: { claims: { ...register, license: { features: [], renewal_date: '2027-06-30T23:59:59' } } },
    },
    {
      what: 'a start in an hour',
      fault: { claims: { ...register, nbf: seconds() + 3000, exp: seconds() + 7200 } },
    },
    { what: 'no access token', fault: { claims: register, tokenResponse: { access_token: null } } },
    { what: 'no type of token', fault: { claims: register, tokenResponse: { token_type: undefined } } },
    { what: 'a bearer token', fault: { claims: register, tokenResponse: { token_type: 'Bearer' } } },
  ])('keeps its token and the new refresh token when an answer has $what', async ({ fault }) => {
    const { device: till, storage } = await authorize();
    const { token } = till;
    fake.misbehave(fault);
    expect(await codeOf(till.refresh())).toMatch(/^(token-not-acceptable|authorization-server-unreachable)$/);
    expect(till.token).toBe(token);
    expect(storage.last).toMatchObject({ token });

    fake.misbehave({ claims: register });
    const { device: again } = await startDevice(fake, { storage });
    expect(again.token).toBe(token);
    await again.refresh();
    expect(again.token).not.toBe(token);
    expect(again.isAuthorized).toBe(true);
  });

  it('stores the new refresh token before it sends it, when the storage failed at first', async () => {
    const { device: till, storage } = await authorize();
    const first = storage.last['refreshToken'];
    fake.misbehave({ claims: register, tokenResponse: { access_token: 'opaque' } });
    storage.isBroken = true;
    expect(await codeOf(till.refresh())).toBe('storage-unusable');
    const sent = fake.calls.length;
    expect(await codeOf(till.refresh())).toBe('storage-unusable');
    expect(fake.calls).toHaveLength(sent);

    storage.isBroken = false;
    fake.misbehave({ claims: register });
    await till.refresh();
    const sentTokens = fake.calls.flatMap(({ form }) => form.get('refresh_token') ?? []);
    expect(sentTokens).toEqual([first, expect.not.stringMatching(`^${String(first)}$`)]);
    expect(till.isAuthorized).toBe(true);
  });

  it('tries a dead grant about once an hour, and needs no person when the server accepts it again', async () => {
    const started = await startDevice(fake, { fetch: fake.fetch });
    await started.device.authorize(() => undefined);
    const minuteMs = 60_000;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const body = '{"error":"invalid_grant"}';
    const headers = { 'content-type': 'application/json' };
    fake.misbehave({ claims: register, answers: { '/token': { status: 400, body, headers } } });
    expect(await codeOf(started.device.refresh())).toBe('grant-dead');
    const sent = fake.calls.length;
    await vi.advanceTimersByTimeAsync(59 * minuteMs);
    expect(fake.calls).toHaveLength(sent);
    await vi.advanceTimersByTimeAsync(17 * minuteMs);
    await vi.waitFor(() => expect(fake.calls).toHaveLength(sent + 1));

    fake.misbehave({ claims: register });
    await vi.advanceTimersByTimeAsync(76 * minuteMs);
    await started.seen('refreshed');
    expect(started.changes.map(({ kind }) => kind)).toEqual(['acquired', 'authorization-lost', 'refreshed']);
    expect(started.storage.last).not.toHaveProperty('isGrantDead');
  });

  it('keeps a new grant when the answer to a try with the old one arrives late', async () => {
    const refusals: ((answer: Response) => void)[] = [];
    const { device: till, storage } = await startDevice(fake, {
      fetch: (input, init) =>
        init?.body instanceof URLSearchParams && init.body.has('refresh_token')
          ? new Promise((resolve) => refusals.push(resolve))
          : fake.fetch(input, init),
    });
    const refuseNext = async () => {
      await vi.waitFor(() => expect(refusals).toHaveLength(1));
      refusals.pop()?.(Response.json({ error: 'invalid_grant' }, { status: 400 }));
    };
    await till.authorize(() => undefined);
    const refused = codeOf(till.refresh());
    await refuseNext();
    expect(await refused).toBe('grant-dead');

    const late = codeOf(till.refresh());
    await till.authorize(() => undefined);
    const acquired = storage.last;
    await refuseNext();
    expect(await late).toBe('grant-dead');
    expect(storage.last).toEqual(acquired);
    expect(acquired).not.toHaveProperty('isGrantDead');
  });

  it.each(['id_token', 'scope', 'expires_in'])('accepts an answer whose "%s" is null', async (member) => {
    const { device: till } = await authorize();
    const { token } = till;
    fake.misbehave({ claims: register, tokenResponse: { [member]: null } });
    await till.refresh();
    expect(till.token).not.toBe(token);
  });

  it('starts with a stored token that it cannot read, and gets another one without a person', async () => {
    const { storage, device: till } = await authorize();
    await till.stop();
    const token = new UnsecuredJWT({ ...register, exp: 1e15 }).encode();
    await storage.write(JSON.stringify({ ...storage.last, token }));
    const again = await startDevice(fake, { storage });
    expect(again.device.isAuthorized).toBe(false);
    expect(again.device.license).toBeNull();
    expect(() => again.device.token).toThrow(expect.objectContaining({ code: 'not-authorized' }));
    await again.device.authorize(() => expect.unreachable());
    expect(again.device.id).toBe('reg-1');
    expect(again.device.isAuthorized).toBe(true);
  });
});
