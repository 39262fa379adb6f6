import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { AuthorizationServer } from '../domain/ports/authorization-server.js';
import { Clock, confirmedNow } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { KeyValueStore } from '../persistence/key-value-store.js';

const valueName = 'introspected-token';
const retryMs = 15 * 60_000;

/**
 * Asks the introspection endpoint about the license token, if the profile trusts it. "Inactive" counts only from an
 * endpoint that called the same token active before: many know nothing of tokens that are JWTs and call all of them
 * inactive.
 */
@Injectable()
export class TrustedIntrospection {
  private readonly logger = new Logger('License');
  private askedToken: string | null = null;
  private nextAtMs = 0;

  constructor(
    private readonly authorizationServer: AuthorizationServer,
    private readonly store: LicenseStore,
    private readonly values: KeyValueStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** Asks about each new license token until the endpoint calls it active. */
  async executeWhenDue(): Promise<void> {
    const token = this.store.secrets?.accessToken ?? null;
    if (!this.isTrusted || token === null) return;
    const isNew = token !== this.askedToken;
    if (!isNew && this.clock.uptimeMs() < this.nextAtMs) return;
    this.askedToken = token;
    this.nextAtMs = this.clock.uptimeMs() + retryMs;
    const fault = await this.confirm(token);
    if (fault === null) this.nextAtMs = Number.POSITIVE_INFINITY;
    else if (isNew)
      this.logger.warn(`The introspection endpoint does not confirm the license token: ${fault}`);
  }

  /** Returns whether the endpoint says that the present license token has ended before its time. */
  async isRevoked(token: string): Promise<boolean> {
    if (!this.isTrusted) return false;
    const answer = await this.authorizationServer.introspect(token);
    if (answer.kind !== 'inactive') return false;
    if ((await this.values.read(valueName)) !== digestOf(token, answer.endpoint)) return false;
    // A token that has ended is inactive as well. A clock of this machine that lost its battery is behind the answer.
    const nowMs = Math.max(confirmedNow(this.clock).getTime(), answer.answeredAt?.getTime() ?? 0);
    return nowMs < (this.store.state.license?.token.expiresAt.getTime() ?? 0);
  }

  /** Records that the endpoint calls a token active. Returns why it does not, or `null`. */
  private async confirm(token: string): Promise<string | null> {
    const known = await this.values.read(valueName);
    // From before a restart. Since then, the token may have been revoked.
    if (known?.startsWith(digestOf(token)) === true) return null;
    const answer = await this.authorizationServer.introspect(token);
    if (answer.kind !== 'active') return 'message' in answer ? answer.message : `${answer.kind}.`;
    await this.values.write(valueName, digestOf(token, answer.endpoint));
    return null;
  }

  private get isTrusted(): boolean {
    return this.settings.authorizationServer.profile.introspection === 'trusted';
  }
}

/** The database keeps no license token in clear. */
function digestOf(token: string, endpoint = ''): string {
  return `${createHash('sha256').update(token).digest('base64url')} ${endpoint}`;
}
