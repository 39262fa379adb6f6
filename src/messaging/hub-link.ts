import { Injectable } from '@nestjs/common';
import type { ConnectionOptions } from '@nats-io/transport-node';
import { Settings } from '../config/settings.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { BrokerLink } from './broker-link.js';
import { signConnectProof } from './sign-connect-proof.js';

/** Who is at the two ends of a connection to the hub. */
interface Ends {
  readonly serverId: string;
  readonly hubId: string;
}

/**
 * The connection to the broker of this server's hub, with this server's own license token, as any peer has it. Each
 * connection logs in anew, so that it has the present token and a proof of its own. It outlives the license, for as long as
 * the hub lets it, so that the hub hears of a removal too.
 */
@Injectable()
export class HubLink extends BrokerLink {
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

  /** As whom the hub knows this server on the present connection. */
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
    const now = this.issueTime();
    if (ends === null || secrets === null || !state.license || state.license.token.expiresAt <= now)
      return null;
    this.ends = ends;
    const { accessToken: token, dpopKey } = secrets;
    const proof = dpopKey && signConnectProof(dpopKey, { serverId: ends.hubId, token, now });
    return {
      token: proof === null ? token : `${token}~${proof}`,
      inboxPrefix: `_INBOX.${ends.serverId}`,
      // A lost connection is made anew here rather than by the library, which would send the same login again.
      reconnect: false,
    };
  }

  /** A license of another device, or with another hub, needs another connection. */
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

  /** The hub refuses a proof that is ten minutes off, so a clock that is known to be wrong does not count. */
  private issueTime(): Date {
    const trusted = this.clock.isSuspect() ? this.clock.trustedNow() : null;
    return trusted ?? this.clock.now();
  }
}
