import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Session } from '../admin/sessions.js';
import { Settings } from '../config/settings.js';
import { LicenseReader } from '../licensing/license-reader.js';
import { Clock } from '../licensing/ports/clock.js';
import { LicenseStore } from '../licensing/ports/license-store.js';
import type { AuthorizationView, LicensePage, Notice } from './license-page.js';
import { chooseLocale, type Reader } from './reader.js';

/** Puts together what the Manage License page shows at this moment. */
@Injectable()
export class PageComposer {
  constructor(
    private readonly reader: LicenseReader,
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  compose(visitor: Session, acceptLanguage: string | undefined, notice: Notice | null): LicensePage {
    return {
      license: this.reader.view(),
      authorization: this.authorization(),
      notice,
      // Only the server itself knows the address for people; until it has said it, the one for services must do.
      authorizationServerUrl:
        this.store.pending?.verificationUri ?? this.settings.authorizationServer.issuer.href,
      visitor,
      reader: this.readerOf(acceptLanguage),
      version: this.version(),
    };
  }

  readerOf(acceptLanguage: string | undefined): Reader {
    return { locale: chooseLocale(acceptLanguage), now: this.clock.now() };
  }

  /** Names what the page shows now: it changes with everything on the page but the passing of time. */
  version(): string {
    const shown = JSON.stringify([this.reader.view(), this.authorization()]);
    return createHash('sha256').update(shown).digest('base64url').slice(0, 16);
  }

  authorization(): AuthorizationView | null {
    const { pending } = this.store;
    if (pending === null) return null;
    const { state, refusal, userCode, expiresAt } = pending;
    const isOver = state === 'pending' && expiresAt <= this.clock.now();
    return { state: isOver ? 'expired' : state, refusal, userCode, expiresAt };
  }
}
