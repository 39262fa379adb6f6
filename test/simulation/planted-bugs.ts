import type { LicenseState } from '../../src/domain/license-state.js';
import type { AuthorizationServer, GrantSecrets } from '../../src/domain/ports/authorization-server.js';
import type { LicenseTransaction } from '../../src/domain/ports/license-store.js';
import type { TypeormLicenseStore } from '../../src/persistence/typeorm-license-store.js';
import { type Hooks, noHooks } from './hooks.js';

export interface PlantedBug {
  readonly name: string;
  readonly hooks: Hooks;
}

type Mutable = Record<string, unknown>;

/** Gives access to the private members of an object whose behavior a bug changes. */
function inside(object: object): Mutable {
  return object as Mutable;
}

/** Changes each unit of work. */
function inTransactions(
  change: (transaction: LicenseTransaction, store: TypeormLicenseStore) => void,
): Hooks {
  return {
    ...noHooks,
    wrapStore: (store) => {
      const transact = store.transact.bind(store);
      store.transact = (work) =>
        transact((transaction) => {
          change(transaction, store);
          return work(transaction);
        });
      return store;
    },
  };
}

/** Changes the states that are stored. */
function inStates(change: (next: LicenseState, before: LicenseState) => LicenseState): Hooks {
  return inTransactions((transaction) => {
    const save = transaction.saveState.bind(transaction);
    transaction.saveState = (state, events) => save(change(state, transaction.state), events);
  });
}

function inProcesses(onProcess: Hooks['onProcess']): Hooks {
  return { ...noHooks, onProcess };
}

function atAuthority(change: (authority: AuthorizationServer) => void): Hooks {
  return {
    ...noHooks,
    wrapAuthority: (authority) => {
      change(authority);
      return authority;
    },
  };
}

const inRefresh: readonly PlantedBug[] = [
  {
    name: 'the mark of a refresh is not stored before the token is sent',
    hooks: inStates((next) => ({ ...next, refresh: { ...next.refresh, intentAt: null } })),
  },
  {
    name: 'a new refresh token is used, and never stored',
    hooks: inTransactions((transaction) => {
      const save = transaction.saveSecrets.bind(transaction);
      transaction.saveSecrets = (secrets) => {
        const present = transaction.secrets;
        const isOfOneGrant = present !== null && secrets?.dpopKey?.x === present.dpopKey?.x;
        return save(
          isOfOneGrant && secrets !== null ? { ...secrets, refreshToken: present.refreshToken } : secrets,
        );
      };
    }),
  },
  {
    name: 'a refused refresh token takes the license away',
    hooks: atAuthority((authority) => {
      const refresh = authority.refresh.bind(authority);
      authority.refresh = async (...values) => {
        const answer = await refresh(...values);
        return answer.kind === 'grant-dead' ? { ...answer, kind: 'revoked' } : answer;
      };
    }),
  },
  {
    name: 'an unreachable server counts as a dead grant',
    hooks: atAuthority((authority) => {
      const refresh = authority.refresh.bind(authority);
      authority.refresh = async (...values) => {
        const answer = await refresh(...values);
        return answer.kind === 'unreachable' ? { ...answer, kind: 'grant-dead' } : answer;
      };
    }),
  },
  {
    name: 'a dead grant is never reported',
    hooks: inStates((next) => ({ ...next, reauthorizationRequired: false })),
  },
  {
    name: 'a failed refresh waits for nothing',
    hooks: inStates((next) => {
      const { nextAttemptAt, failures } = next.refresh;
      const isWaiting = failures > 0 && nextAttemptAt !== null;
      return isWaiting ? { ...next, refresh: { ...next.refresh, nextAttemptAt: new Date(0) } } : next;
    }),
  },
  {
    name: 'a failed refresh is never tried again',
    hooks: inStates((next) =>
      next.refresh.failures > 0 ? { ...next, refresh: { ...next.refresh, nextAttemptAt: null } } : next,
    ),
  },
  {
    name: 'two refreshes run together',
    hooks: inProcesses((process) => {
      const run = async (work: () => Promise<unknown>) => {
        work().catch(() => undefined);
        return work();
      };
      inside(process.refresh)['flight'] = { run, whenIdle: async () => undefined };
      inside(process.refresh)['waitForLease'] = async () => true;
    }),
  },
  {
    name: 'the last secrets are revoked as dropped ones',
    hooks: inTransactions((transaction) => {
      const save = transaction.saveSecrets.bind(transaction);
      transaction.saveSecrets = async (secrets: GrantSecrets | null) => {
        await save(secrets);
        if (secrets !== null) await transaction.queueRevocation(secrets, new Date());
      };
    }),
  },
];

const inEvents: readonly PlantedBug[] = [
  {
    name: 'events are marked as published before the acknowledgement',
    hooks: inProcesses(({ outbox, clock }) => {
      const read = outbox.readUnpublished.bind(outbox);
      outbox.readUnpublished = async (limit) => {
        const events = await read(limit);
        if (events.length > 0)
          await outbox.markPublished(
            events.map(({ sequence }) => sequence),
            clock.now(),
          );
        return events;
      };
    }),
  },
  {
    name: 'the newest event is published first',
    hooks: inProcesses(({ outbox }) => {
      const read = outbox.readUnpublished.bind(outbox);
      outbox.readUnpublished = async (limit) => (await read(limit)).toReversed();
    }),
  },
  {
    name: 'a lost stream is not noticed',
    hooks: inProcesses(({ outbox }) => {
      outbox.lastPublished = async () => null;
    }),
  },
  {
    name: 'an event that fails is skipped',
    hooks: inProcesses(({ relay, outbox, clock }) => {
      const drain = relay.drain.bind(relay);
      relay.drain = async () => {
        await drain();
        const [next] = await outbox.readUnpublished(1).catch(() => []);
        if (next !== undefined)
          await outbox.markPublished([next.sequence], clock.now()).catch(() => undefined);
      };
    }),
  },
  {
    name: 'an event of the hub is marked as published at the broker',
    hooks: inProcesses(({ hubRelay }) => {
      const { target } = hubRelay as unknown as { target: { outbox: Mutable } };
      target.outbox['column'] = 'published_at';
    }),
  },
  {
    name: 'a repeated event gets another id',
    hooks: inProcesses(({ outbox }) => {
      const read = outbox.readUnpublished.bind(outbox);
      let tries = 0;
      outbox.readUnpublished = async (limit) =>
        (await read(limit)).map((event) => {
          const body = JSON.parse(event.body) as object;
          return { ...event, body: JSON.stringify({ ...body, id: `${event.eventId}-${(tries += 1)}` }) };
        });
    }),
  },
  {
    name: 'a sequence is not above the one before',
    hooks: inTransactions((transaction) => {
      const save = transaction.saveState.bind(transaction);
      transaction.saveState = (state, events) => save({ ...state, sequence: 0 }, events);
    }),
  },
  {
    name: 'an event is not stored with its state',
    hooks: inTransactions((transaction) => {
      const save = transaction.saveState.bind(transaction);
      transaction.saveState = (state, events) => save(state, events.slice(0, -1));
    }),
  },
];

const inTheRest: readonly PlantedBug[] = [
  {
    name: 'a device code is polled at every tick',
    hooks: inProcesses((process) => {
      const claim = inside(process.poll)['claimPollSlot'] as (
        transaction: LicenseTransaction,
      ) => Promise<unknown>;
      inside(process.poll)['claimPollSlot'] = (transaction: LicenseTransaction) => {
        const { pending } = transaction;
        const early = pending && { ...pending, lastPolledAt: new Date(0) };
        return claim.call(process.poll, withPending(transaction, early));
      };
      const { poll, store } = process;
      poll.executeWhenDue = async () => {
        if (store.pending?.state === 'pending') await poll.executeAtNextChance();
      };
      inside(poll)['clock'] = { now: () => process.clock.now(), sleep: async () => undefined };
    }),
  },
  {
    name: 'a revoked token is not looked up in the status list',
    hooks: inProcesses(({ revocations }) => {
      revocations.isTokenRevoked = () => false;
    }),
  },
  {
    name: 'every token counts as revoked',
    hooks: inProcesses(({ revocations }) => {
      revocations.isTokenRevoked = () => revocations.version > 0;
    }),
  },
  {
    name: 'a clock that is ahead ends the license of a dead grant',
    hooks: inStates((next) => {
      const { license, reauthorizationRequired } = next;
      // The wall clock of the process whose turn it is.
      if (license === null || !reauthorizationRequired || license.token.expiresAt > new Date()) return next;
      return { ...next, license: null, reauthorizationRequired: false, reason: 'revoked' };
    }),
  },
  {
    name: 'the claims of a register are not checked',
    hooks: inProcesses(({ verifier }) => {
      verifier.verify = async () => ({ kind: 'accepted', peer: {} as never });
    }),
  },
  {
    name: 'a register believes an older event of the stream',
    hooks: {
      ...noHooks,
      onRegister: ({ follower }) => {
        const current = follower.current.bind(follower);
        let isOld = false;
        follower.current = () => {
          const view = current();
          isOld = !isOld;
          return view && isOld ? { ...view, sequence: '0000000000000001' } : view;
        };
      },
    },
  },
  {
    name: 'a register never receives a live event',
    hooks: { ...noHooks, onRegister: (register) => (register.ignoresEvents = true) },
  },
  {
    name: 'a register ignores the end of the token',
    hooks: {
      ...noHooks,
      onRegister: ({ follower }) => {
        follower.standing = () => ({ isLicensed: true, reason: 'licensed', usableUntil: new Date() });
      },
    },
  },
];

export const plantedBugs: readonly PlantedBug[] = [...inRefresh, ...inEvents, ...inTheRest];

/** Returns a transaction that reads another pending authorization. */
function withPending(
  transaction: LicenseTransaction,
  pending: LicenseTransaction['pending'],
): LicenseTransaction {
  return new Proxy(transaction, {
    get: (target, name) => {
      if (name === 'pending') return pending;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
