import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LicenseStore } from '../domain/ports/license-store.js';
import { parseCompactJws } from '../peers/tokens/parse-compact-jws.js';
import { RevocationList, type SignedStatusList } from '../peers/revocation-list.js';
import { HubLink } from './hub-link.js';

const askMs = 30_000;
const timeoutMs = 5000;

/**
 * Requests the list of revoked tokens from the hub, at each connection and every 30 seconds. So this server refuses a
 * revoked device even while it cannot reach the Authorization server. The list is signed, and an older one is ignored: the
 * hub can neither change nor replay it.
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

  /** Never rejects. Without an answer the known list stays. */
  @Interval(askMs)
  async ask(): Promise<void> {
    try {
      const answer = await this.link.current?.request('svc.licensing.status-list', '', {
        timeout: timeoutMs,
      });
      const { uri, jwt } = answer?.json<Partial<SignedStatusList>>() ?? {};
      if (typeof jwt !== 'string' || jwt === this.revocations.signed?.jwt) return;
      // Another list of the same issuer would admit the devices that this one revokes.
      if (uri !== undefined && uri === this.ownListUri()) await this.revocations.offer(jwt, uri);
    } catch (error) {
      this.logger.debug(`The hub did not return its list of revoked tokens (${String(error)}).`);
    }
  }

  private ownListUri(): string | null {
    const token = this.store.secrets?.accessToken ?? '';
    // A refreshed token may exceed the limit for peers.
    const claims = parseCompactJws(token, token.length)?.payload;
    return (claims && this.revocations.referenceOf(claims)?.uri) ?? null;
  }
}
