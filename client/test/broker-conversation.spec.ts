import { describe, expect, it, onTestFinished } from 'vitest';
import { FakeBroker } from './support/fake-broker.js';
import { RecordedFollower } from './support/record-license.js';

async function startFakeBroker(...manners: Parameters<typeof FakeBroker.start>): Promise<FakeBroker> {
  const broker = await FakeBroker.start(...manners);
  onTestFinished(() => broker.close());
  return broker;
}

function followWithToken(url: string, token: string | (() => string)): RecordedFollower {
  const recorded = new RecordedFollower({ natsUrl: url, deviceId: 'reg-1-1', token });
  onTestFinished(() => recorded.follower.close());
  return recorded;
}

function reasonsOf(register: RecordedFollower): string[] {
  return register.calls.flatMap((call) =>
    call.kind === 'connection' && call.change.state === 'disconnected' ? [call.change.reason] : [],
  );
}

describe('the protocol between a register and the broker', () => {
  it('subscribes before it requests the last events, at every connection', async () => {
    const broker = await startFakeBroker({});
    const register = followWithToken(broker.url, 'aaa');
    const conversation = [
      'SUB license.status',
      'SUB token.expiring',
      expect.stringMatching(/^SUB _INBOX\.reg-1-1\./) as string,
      'PUB $JS.API.DIRECT.GET.LICENSING.license.status',
    ];
    await broker.seenCommands(4);
    expect(broker.commands).toEqual(conversation);

    const callsBefore = register.calls.length;
    broker.commands.length = 0;
    broker.dropConnections();
    await register.seenState('connected', callsBefore);
    await broker.seenCommands(4);
    expect(broker.commands.slice(0, 4)).toEqual(conversation);
  });

  it('closes a connection that completes after close()', async () => {
    const broker = await startFakeBroker({});
    const register = followWithToken(broker.url, 'aaa');
    await register.follower.close();
    await broker.seenConnects(1);
    await expect.poll(() => broker.openConnections).toBe(0);
    expect(register.calls).toEqual([]);
  });
});

describe('a register whose connection is refused', () => {
  it('retries with the current token, even after several refusals', async () => {
    const broker = await startFakeBroker({
      answerConnect: ({ auth_token: token }) => (token === 'new' ? null : 'Authorization Violation'),
    });
    const register = followWithToken(broker.url, () => (broker.connects.length < 3 ? 'old' : 'new'));
    await register.seenState('connected');
    expect(broker.connects.map(({ auth_token: token }) => token)).toEqual(['old', 'old', 'old', 'new']);
    expect(reasonsOf(register)).toEqual(['Authorization Violation']);
  });

  it('retries a connection that was open before until the broker accepts it', async () => {
    const broker = await startFakeBroker({
      answerConnect: (_presented, count) => (count === 1 || count === 5 ? null : 'Authorization Violation'),
    });
    const register = followWithToken(broker.url, 'aaa');
    await register.seenState('connected');
    const callsBefore = register.calls.length;
    broker.dropConnections();
    await register.seenState('connected', callsBefore);
    expect(broker.connects).toHaveLength(5);
    expect(reasonsOf(register)).toEqual(['the broker closed the connection', 'Authorization Violation']);
  });

  it('retries when the token cannot be read', async () => {
    const broker = await startFakeBroker({});
    let isReadable = false;
    const register = followWithToken(broker.url, () => {
      if (isReadable) return 'new';
      throw new Error('the token file is being replaced');
    });
    const { change } = await register.seenState('disconnected');
    expect(change).toMatchObject({ reason: expect.stringContaining('token file') as string });
    isReadable = true;
    await register.seenState('connected');
  });

  it('reconnects when the broker refuses a subscription', async () => {
    let refusals = 0;
    const broker = await startFakeBroker({
      answerSubscribe: (subject) => {
        if (subject !== 'license.status' || refusals === 1) return null;
        refusals += 1;
        return `Permissions Violation for Subscription to "${subject}"`;
      },
    });
    const register = followWithToken(broker.url, 'aaa');
    const { change } = await register.seenState('disconnected');
    expect(change).toMatchObject({
      reason: expect.stringContaining('the subscription to license.status failed') as string,
    });
    await broker.seenConnects(2);
    await register.seenState('connected', register.calls.length);
  });
});
