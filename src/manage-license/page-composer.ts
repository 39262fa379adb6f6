import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Session } from '../admin/sessions.js';
import type { LicenseView } from '../domain/license-view.js';
import { LicenseReader } from '../licensing/license-reader.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { type AuthorizationView, isAcquiring, type LicensePage, type Notice } from './license-page.js';
import { PeoplePage } from './people-page.js';
import { chooseLocale, type Reader } from './reader.js';

/** Puts together what the Manage License page shows at this moment. */
@Injectable()
export class PageComposer {
  private named = { shown: '', version: '' };

  constructor(
    private readonly reader: LicenseReader,
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly peoplePage: PeoplePage,
  ) {}

  async compose(
    visitor: Session,
    acceptLanguage: string | undefined,
    notice: Notice | null,
  ): Promise<LicensePage> {
    // Whatever takes time comes first, so that all that is shown is of one moment.
    const peoplePage = isAcquiring(this.reader.view()) ? await this.peoplePage.find() : null;
    const license = this.reader.view();
    const authorization = this.authorization();
    return {
      license,
      authorization,
      notice,
      authorizationServerUrl: this.store.pending?.verificationUri ?? peoplePage,
      visitor,
      reader: this.readerOf(acceptLanguage),
      version: this.name(license, authorization),
    };
  }

  readerOf(acceptLanguage: string | undefined): Reader {
    return { locale: chooseLocale(acceptLanguage), now: this.clock.now() };
  }

  /** Names what the page shows now: it changes with everything on the page but the passing of time. */
  version(): string {
    return this.name(this.reader.view(), this.authorization());
  }

  authorization(): AuthorizationView | null {
    const { pending } = this.store;
    if (pending === null) return null;
    const { state, refusal, userCode, expiresAt } = pending;
    const isOver = state === 'pending' && expiresAt <= this.clock.now();
    return { state: isOver ? 'expired' : state, refusal, userCode, expiresAt };
  }

  private name(license: LicenseView, authorization: AuthorizationView | null): string {
    const shown = JSON.stringify([license, authorization]);
    // Asked for at every page and look of the feed, and nearly always the same.
    if (shown !== this.named.shown) {
      this.named = { shown, version: createHash('sha256').update(shown).digest('base64url').slice(0, 16) };
    }
    return this.named.version;
  }
}
