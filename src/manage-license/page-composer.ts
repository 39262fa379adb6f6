import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Session } from '../admin/sessions.js';
import { Settings } from '../config/settings.js';
import type { LicenseView } from '../licensing/domain/license-view.js';
import { LicenseReader } from '../licensing/license-reader.js';
import { Clock } from '../licensing/ports/clock.js';
import { LicenseStore } from '../licensing/ports/license-store.js';
import type { AuthorizationView, LicensePage, Notice } from './license-page.js';
import { chooseLocale, type Reader } from './reader.js';

/** Puts together what the Manage License page shows at this moment. */
@Injectable()
export class PageComposer {
  private named = { shown: '', version: '' };

  constructor(
    private readonly reader: LicenseReader,
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  compose(visitor: Session, acceptLanguage: string | undefined, notice: Notice | null): LicensePage {
    const license = this.reader.view();
    const authorization = this.authorization();
    return {
      license,
      authorization,
      notice,
      // Only the server itself knows the address for people; until it has said it, the one for services must do.
      authorizationServerUrl:
        this.store.pending?.verificationUri ?? this.settings.authorizationServer.issuer.href,
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
