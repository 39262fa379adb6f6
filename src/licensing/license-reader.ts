import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { type LicenseView, licenseViewAt } from './domain/license-view.js';
import { Clock } from './ports/clock.js';
import { LicenseStore } from './ports/license-store.js';

/** Tells the license as it is at the moment of asking, from memory. */
@Injectable()
export class LicenseReader {
  constructor(
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** The license as of the last commit, also that of another process. */
  async freshView(): Promise<LicenseView> {
    await this.store.sync();
    return this.view();
  }

  /** The license as this process last heard of it. */
  view(): LicenseView {
    return licenseViewAt(this.store.state, this.settings.policy, this.clock.now());
  }
}
