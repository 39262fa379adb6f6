import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { LicenseState } from '../domain/license-state.js';
import { type LicenseView, licenseViewAt } from '../domain/license-view.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';

interface TextOfLicense {
  readonly state: LicenseState;
  readonly view: LicenseView;
  readonly text: string;
}

/** Tells the license as it is at the moment of asking, from memory. */
@Injectable()
export class LicenseQuery {
  private told: TextOfLicense | null = null;

  constructor(
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** The license as of the last commit, also that of another process, as JSON. */
  async freshText(): Promise<string> {
    await this.store.sync();
    const { state } = this.store;
    const view = this.view();
    // Time changes these two alone; all else comes with a commit. So the text is mostly there from the last time.
    if (
      this.told?.state !== state ||
      this.told.view.status !== view.status ||
      this.told.view.token.status !== view.token.status
    )
      this.told = { state, view, text: JSON.stringify(view) };
    return this.told.text;
  }

  /** The license as this process last heard of it. */
  view(): LicenseView {
    return licenseViewAt(this.store.state, this.settings.policy, this.clock.now());
  }
}
