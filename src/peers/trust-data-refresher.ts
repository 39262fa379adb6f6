import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { SingleFlight } from '../coordination/single-flight.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { IssuerKeys } from './issuer-keys.js';
import { parseCompactJws } from './tokens/parse-compact-jws.js';
import { RevocationList } from './revocation-list.js';

const checkIntervalMs = 5000;
/** The interval after a failure; after a success the list specifies it. */
const retryMs = 30_000;
/** The interval of keys alone, if tokens refer to no list. */
const keysIntervalMs = 15 * 60_000;

/**
 * Refreshes the data that peers are verified with. It fetches the keys and the revocation list with each new license
 * token of this server, and the list again when it expires. Both remain usable for days without the internet.
 */
@Injectable()
export class TrustDataRefresher implements OnModuleInit {
  private readonly logger = new Logger('Peers');
  private readonly flight = new SingleFlight<void>();
  private nextListAt = 0;
  private token: string | null = null;

  constructor(
    private readonly keys: IssuerKeys,
    private readonly revocations: RevocationList,
    private readonly store: LicenseStore,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.keys.load();
    await this.revocations.load();
    this.token = this.store.secrets?.accessToken ?? null;
    this.store.onCommit(() => void this.followToken());
  }

  /** Fetches the list if it is due. */
  @Interval(checkIntervalMs)
  async checkNow(): Promise<void> {
    if (performance.now() >= this.nextListAt) await this.fetch();
  }

  /** Fetches the data in a run that starts after this call. */
  async fetchNow(): Promise<void> {
    await this.flight.whenIdle();
    await this.fetch();
  }

  private async followToken(): Promise<void> {
    const token = this.store.secrets?.accessToken ?? null;
    if (token === this.token) return;
    this.token = token;
    // The answer to a refresh comes first, because a person may wait for it.
    await nextTurn();
    await this.fetch();
  }

  /** Fetches keys and list, one run at a time. Never rejects; on failure the known data stays. */
  private fetch(): Promise<void> {
    return this.flight
      .run(() => this.fetchOnce())
      .catch((error: unknown) => this.logger.error('Storing keys and revocations failed.', error));
  }

  private async fetchOnce(): Promise<void> {
    this.nextListAt = performance.now() + retryMs;
    // A refreshed token may exceed the limit for peers; it is kept, so revocation must work with it.
    const claims = this.token === null ? null : parseCompactJws(this.token, this.token.length)?.payload;
    if (!claims) return;
    const hasKeys = await this.keys.fetch();
    if (this.revocations.referenceOf(claims) === null) {
      if (hasKeys) this.nextListAt = performance.now() + keysIntervalMs;
      return;
    }
    if (!(await this.revocations.fetch(claims))) return;
    this.nextListAt = performance.now() + (this.revocations.ttlSeconds ?? 0) * 1000;
  }
}
