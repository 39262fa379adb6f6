import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { LicenseState } from '../domain/license-state.js';
import { type LicenseView, licenseViewAt } from '../domain/license-view.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { findTokenWarnings } from './find-token-warnings.js';

interface TextOfLicense {
  readonly state: LicenseState;
  readonly view: LicenseView;
  readonly text: string;
}

/** Returns the current license from memory. */
@Injectable()
export class LicenseQuery {
  private cached: TextOfLicense | null = null;

  constructor(
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** Returns the license as JSON, including the last commit of another process. */
  async freshText(): Promise<string> {
    await this.store.sync();
    const { state } = this.store;
    const view = this.view();
    // Without a commit only these two change, so the last text can usually be reused.
    if (
      this.cached?.state !== state ||
      this.cached.view.status !== view.status ||
      this.cached.view.token.status !== view.token.status
    )
      this.cached = { state, view, text: JSON.stringify(view) };
    return this.cached.text;
  }

  /** Lists what a person should change at the Authorization server about the current license token. */
  tokenWarnings(): string[] {
    const { secrets } = this.store;
    return secrets === null
      ? []
      : findTokenWarnings(secrets.accessToken, this.settings.authorizationServer.profile);
  }

  /** Returns the license without checking for commits of other processes. */
  view(): LicenseView {
    return licenseViewAt(this.store.state, this.settings.policy, this.clock.now());
  }
}
