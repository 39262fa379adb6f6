import { EventEmitter, once } from 'node:events';
import {
  type ConnectionChange,
  type Credentials,
  type Delivery,
  type Drop,
  followLicense,
  type LicenseEvent,
  type LicenseFollower,
  type LicenseView,
  type ServerOptions,
} from '../../src/index.js';

/** One callback of a follower. */
export type Call =
  | { readonly kind: 'event'; readonly event: LicenseEvent; readonly delivery: Delivery }
  | { readonly kind: 'connection'; readonly change: ConnectionChange }
  | { readonly kind: 'caught-up'; readonly license: LicenseView | null }
  | { readonly kind: 'dropped'; readonly drop: Drop };

export type CallOf<Kind extends Call['kind']> = Extract<Call, { kind: Kind }>;

export type RecordedOptions = ServerOptions & Credentials;

/** Follows a license and records each callback, so that a test can wait for one. */
export class RecordedFollower {
  readonly calls: Call[] = [];
  readonly follower: LicenseFollower;
  readonly #arrivals = new EventEmitter();

  constructor(options: RecordedOptions) {
    this.#arrivals.setMaxListeners(0);
    this.follower = followLicense({
      ...options,
      onLicenseStatus: (event, delivery) => this.#keep({ kind: 'event', event, delivery }),
      onTokenExpiring: (event, delivery) => this.#keep({ kind: 'event', event, delivery }),
      onConnection: (change) => this.#keep({ kind: 'connection', change }),
      onCaughtUp: (license) => this.#keep({ kind: 'caught-up', license }),
      onDropped: (drop) => this.#keep({ kind: 'dropped', drop }),
    });
  }

  /** Returns the ids of the delivered events. */
  get eventIds(): string[] {
    return this.calls.flatMap((call) => (call.kind === 'event' ? [call.event.id] : []));
  }

  /** Resolves to the first matching call of a kind, past or future. @param from the number of calls to skip */
  async seen<Kind extends Call['kind']>(
    kind: Kind,
    isMatch: (call: CallOf<Kind>) => boolean = () => true,
    from = 0,
  ): Promise<CallOf<Kind>> {
    const signal = AbortSignal.timeout(15_000);
    for (;;) {
      const found = this.calls
        .slice(from)
        .find((call): call is CallOf<Kind> => call.kind === kind && isMatch(call as CallOf<Kind>));
      if (found !== undefined) return found;
      await once(this.#arrivals, 'call', { signal }).catch(() => {
        throw new Error(`No ${kind} call matches. The calls are: ${JSON.stringify(this.calls, null, 1)}`);
      });
    }
  }

  seenEvent(id: string): Promise<CallOf<'event'>> {
    return this.seen('event', ({ event }) => event.id === id);
  }

  seenState(state: ConnectionChange['state'], from = 0): Promise<CallOf<'connection'>> {
    return this.seen('connection', ({ change }) => change.state === state, from);
  }

  #keep(call: Call): void {
    this.calls.push(call);
    this.#arrivals.emit('call');
  }
}
