import { EventEmitter, once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.js';
import { buildGrant, defaultPolicy } from '../../test/support/license-fixture.js';
import type { Settings } from '../config/settings.js';
import { initialLicenseState } from '../domain/license-state.js';
import type { AuthorizationServer, GrantSecrets } from '../domain/ports/authorization-server.js';
import type {
  LicenseStore,
  LicenseTransaction,
  PendingAuthorization,
} from '../domain/ports/license-store.js';
import { PollAuthorization } from './poll-authorization.js';

type Stored = Pick<LicenseTransaction, 'state' | 'secrets' | 'pending'> & {
  readonly revocations: readonly GrantSecrets[];
};
type Outcome = 'committed' | 'undone' | 'unacknowledged';

/** A database whose next commits end as given. */
class MemoryStore {
  stored: Stored;
  outcomes: Outcome[] = [];
  pending: PendingAuthorization | null;

  constructor(pending: PendingAuthorization) {
    this.pending = pending;
    this.stored = { state: initialLicenseState, secrets: null, pending, revocations: [] };
  }

  async sync(): Promise<void> {
    this.pending = this.stored.pending;
  }

  async transact<T>(work: (transaction: LicenseTransaction) => Promise<T>): Promise<T> {
    let next = this.stored;
    const result = await work({
      ...this.stored,
      saveState: async (state) => void (next = { ...next, state }),
      saveSecrets: async (secrets) => void (next = { ...next, secrets }),
      savePending: async (pending) => void (next = { ...next, pending }),
      queueRevocation: async (secrets) =>
        void (next = { ...next, revocations: [...next.revocations, secrets] }),
      appendAudit: async () => undefined,
    });
    const outcome = this.outcomes.shift() ?? 'committed';
    if (outcome !== 'undone') this.stored = next;
    if (outcome !== 'committed') throw new Error(`The commit is ${outcome}.`);
    await this.sync();
    return result;
  }
}

const clock = new FakeClock();
const secrets = { accessToken: 'license', refreshToken: 'refresh', dpopKey: null };
const granted = { kind: 'granted', grant: buildGrant(), secrets } as const;
const pending: PendingAuthorization = {
  state: 'pending',
  refusal: null,
  deviceCode: 'code',
  dpopKey: null,
  userCode: 'CODE',
  verificationUri: 'https://auth.example/device',
  verificationUriComplete: null,
  expiresAt: new Date(clock.now().getTime() + 600_000),
  intervalSeconds: 5,
  lastPolledAt: new Date(0),
  unansweredPolls: 0,
  requestedBy: 'anna',
  requestedFrom: null,
};

function start() {
  const store = new MemoryStore(pending);
  const redeemDeviceCode = vi.fn<AuthorizationServer['redeemDeviceCode']>(async () => granted);
  const poll = new PollAuthorization(
    { redeemDeviceCode } as unknown as AuthorizationServer,
    store as unknown as LicenseStore,
    clock,
    { policy: defaultPolicy } as unknown as Settings,
  );
  return { store, poll, redeemDeviceCode };
}

describe('a person who completes the authorization', () => {
  it('gets the license although a poll from before the approval is still unanswered', async () => {
    const { poll, redeemDeviceCode } = start();
    const server = new EventEmitter();
    redeemDeviceCode.mockImplementationOnce(async () => {
      await once(server, 'answer');
      return { kind: 'pending' };
    });
    const background = poll.executeWhenDue();
    await vi.waitFor(() => expect(redeemDeviceCode).toHaveBeenCalledOnce());
    const completed = poll.executeAtNextChance();
    server.emit('answer');
    await background;
    expect(await completed).toEqual({ kind: 'licensed' });
    expect(redeemDeviceCode).toHaveBeenCalledTimes(2);
  });

  it('gets the license after a poll whose commit was not acknowledged', async () => {
    const { store, poll } = start();
    store.outcomes = ['unacknowledged'];
    await expect(poll.executeAtNextChance()).rejects.toThrow('unacknowledged');
    expect(await poll.executeAtNextChance()).toEqual({ kind: 'licensed' });
  });
});

describe('a grant that could not be stored', () => {
  it('is stored at the next poll', async () => {
    const { store, poll, redeemDeviceCode } = start();
    store.outcomes = ['committed', 'undone'];
    await expect(poll.executeAtNextChance()).rejects.toThrow('undone');
    expect(await poll.executeAtNextChance()).toEqual({ kind: 'licensed' });
    expect(store.stored).toMatchObject({ secrets, pending: null, revocations: [] });
    expect(redeemDeviceCode).toHaveBeenCalledOnce();
  });

  it('is not used after its refusal and its revocation were stored by a commit whose result was lost', async () => {
    const { store, poll } = start();
    store.outcomes = ['committed', 'undone', 'undone', 'unacknowledged'];
    await expect(poll.executeAtNextChance()).rejects.toThrow('undone');
    await expect(poll.executeAtNextChance()).rejects.toThrow('unacknowledged');
    expect(store.stored.revocations).toEqual([secrets]);
    expect(await poll.executeAtNextChance()).toMatchObject({ kind: 'refused' });
    expect(store.stored).toMatchObject({ secrets: null, revocations: [secrets] });
  });
});
