import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { LicenseState } from '../domain/license-state.js';
import {
  type LicenseStatus,
  licenseStatusAt,
  type TokenStatus,
  tokenStatusAt,
} from '../domain/license-status.js';
import { type LicenseView, licenseViewAt, tokenWarningSeconds } from '../domain/license-view.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { findTokenFaults } from './find-token-faults.js';

interface CurrentLicense {
  readonly state: LicenseState;
  readonly status: LicenseStatus;
  readonly tokenStatus: TokenStatus;
  readonly warningSeconds: number;
  readonly view: LicenseView;
  readonly text: string;
}

/** Returns the current license from memory. */
@Injectable()
export class LicenseQuery {
  private cached: CurrentLicense | null = null;

  constructor(
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** Returns the license as JSON, including the last commit of another process. */
  async freshText(): Promise<string> {
    await this.store.sync();
    return this.text();
  }

  /** Returns the license as JSON without checking for commits of other processes. */
  text(): string {
    return this.current().text;
  }

  /** Returns the license without checking for commits of other processes. */
  view(): LicenseView {
    return this.current().view;
  }

  private current(): CurrentLicense {
    const now = this.clock.now();
    if (this.cached === null || !this.isCurrent(this.cached, now)) this.cached = this.licenseAt(now);
    return this.cached;
  }

  /** Without a commit only the two statuses change, so the last view can usually be reused. */
  private isCurrent({ state, status, tokenStatus, warningSeconds }: CurrentLicense, now: Date): boolean {
    const { license } = state;
    return (
      state === this.store.state &&
      status === licenseStatusAt(license, this.settings.policy.renewalWindowMs, now) &&
      tokenStatus === tokenStatusAt(license && license.token, warningSeconds, now)
    );
  }

  private licenseAt(now: Date): CurrentLicense {
    const { state } = this.store;
    const { policy } = this.settings;
    const view = licenseViewAt(state, policy, now);
    const warningSeconds = tokenWarningSeconds(state, policy);
    const { status, token } = view;
    return { state, status, tokenStatus: token.status, warningSeconds, view, text: JSON.stringify(view) };
  }

  /** Lists what a person should change at the Authorization server about the current license token. */
  tokenFaults(): string[] {
    const { secrets } = this.store;
    return secrets === null
      ? []
      : findTokenFaults(secrets.accessToken, this.settings.authorizationServer.profile);
  }
}
