import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LicenseStore } from '../domain/ports/license-store.js';
import { parseCompactJws } from '../peers/tokens/parse-compact-jws.js';
import { RevocationList, type SignedStatusList } from '../peers/revocation-list.js';
import { statusReferenceOf } from '../peers/tokens/token-status-list.js';
import { HubLink } from './hub-link.js';

/** Short beside the life of a list: what the hub knows is here soon after. */
const askMs = 30_000;
const timeoutMs = 5000;

/**
 * Gets the list of revoked tokens from the hub, at each connection and then again and again: so a device that was revoked
 * is refused here too while the Authorization server cannot be reached. The hub cannot change the list, which is signed,
 * nor put an older one in its place.
 */
@Injectable()
export class HubRevocations implements OnModuleInit {
  private readonly logger = new Logger('Hub');

  constructor(
    private readonly link: HubLink,
    private readonly store: LicenseStore,
    private readonly revocations: RevocationList,
  ) {}

  onModuleInit(): void {
    this.link.onConnected(() => this.ask());
  }

  /** Never rejects: without an answer, what is known stays. */
  @Interval(askMs)
  async ask(): Promise<void> {
    try {
      const answer = await this.link.current?.request('svc.licensing.status-list', '', {
        timeout: timeoutMs,
      });
      const { uri, jwt } = answer?.json<Partial<SignedStatusList>>() ?? {};
      if (typeof jwt !== 'string' || jwt === this.revocations.signed?.jwt) return;
      // Another list of the same issuer would make those of this one welcome again.
      if (uri !== undefined && uri === this.ownListUri()) await this.revocations.offer(jwt, uri);
    } catch (error) {
      this.logger.debug(`The hub has not told which tokens are revoked (${String(error)}).`);
    }
  }

  private ownListUri(): string | null {
    const claims = parseCompactJws(this.store.secrets?.accessToken ?? '')?.payload;
    return (claims && statusReferenceOf(claims)?.uri) ?? null;
  }
}
