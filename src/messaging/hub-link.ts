import { Injectable } from '@nestjs/common';
import type { ConnectionOptions } from '@nats-io/transport-node';
import { Settings } from '../config/settings.js';
import { Clock, trustworthyNow } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { BrokerLink } from './broker-link.js';
import { signConnectProof } from './sign-connect-proof.js';

interface Ends {
  readonly serverId: string;
  readonly hubId: string;
}

/**
 * Thousands of stores may wait for one hub. Each tries again after 4 to 8 s, and at last, after failed logins, after 16 to 32 s:
 * together within a second, they would fill its memory with logins that it cannot answer in time.
 */
export const hubDoublings = { least: 2, most: 4 } as const;

/**
 * Keeps the connection to the broker of this server's hub and logs in as a peer, with this server's license token. Each
 * connection logs in again, with the current token and a new proof. It outlives the license for as long as the hub permits,
 * so that the hub receives the removal.
 */
@Injectable()
export class HubLink extends BrokerLink {
  protected override readonly leastDoublings = hubDoublings.least;
  protected override readonly mostDoublings = hubDoublings.most;
  readonly isConfigured: boolean;
  private ends: Ends | null = null;

  constructor(
    { nats }: Settings,
    private readonly store: LicenseStore,
    private readonly clock: Clock,
  ) {
    super(nats.hubUrl ?? '', null, 'for the hub');
    this.isConfigured = nats.hubUrl !== null;
  }

  /** The device id with which the current connection is logged in. */
  get serverId(): string | null {
    return this.ends?.serverId ?? null;
  }

  override onApplicationBootstrap(): void {
    if (!this.isConfigured) return;
    this.store.onCommit(() => this.followLicense());
    super.onApplicationBootstrap();
  }

  protected override nextLogin(): ConnectionOptions | null {
    const { secrets, state } = this.store;
    const ends = this.presentEnds();
    // The hub refuses a proof that is ten minutes off.
    const now = trustworthyNow(this.clock);
    if (ends === null || secrets === null || !state.license || state.license.token.expiresAt <= now)
      return null;
    this.ends = ends;
    const { accessToken: token, dpopKey } = secrets;
    const proof = dpopKey && signConnectProof(dpopKey, { serverId: ends.hubId, token, now });
    return {
      token: proof === null ? token : `${token}~${proof}`,
      inboxPrefix: `_INBOX.${ends.serverId}`,
      // The library would reconnect with the same login and so with a used proof.
      reconnect: false,
    };
  }

  /** Closes the connection when the license names another device or hub. */
  private followLicense(): void {
    const ends = this.presentEnds();
    const isSame = ends?.serverId === this.ends?.serverId && ends?.hubId === this.ends?.hubId;
    if (ends !== null && !isSame) void this.current?.close();
  }

  private presentEnds(): Ends | null {
    const { identity, license } = this.store.state;
    const hub = license?.terms.hub ?? null;
    return identity && hub && { serverId: identity.serverId, hubId: hub.id };
  }
}
