import { Injectable } from '@nestjs/common';
import type { Session } from '../admin/sessions.js';
import type { LicensePage, Notice } from './license-page.js';

interface Shown {
  notice: Notice | null;
  /** Whether the page showed a user code, so that a license that follows is the outcome of this person's action. */
  hasCode: boolean;
}

/** Stores the outcome of a form of a session. The page shows it until the next click, even if it updates itself. */
@Injectable()
export class Notices {
  private readonly waiting = new WeakMap<Session, Notice>();
  private readonly shown = new WeakMap<Session, Shown>();

  leave(session: Session, notice: Notice): void {
    this.waiting.set(session, notice);
  }

  /** Returns the notice for a page that a person opened: the outcome of the last click, shown once. */
  open(session: Session, page: LicensePage): Notice | null {
    const notice = this.waiting.get(session) ?? null;
    this.waiting.delete(session);
    return this.show(session, notice, page);
  }

  /** Returns the notice for a page that updates itself: the one it shows already, or the license that its code brought. */
  update(session: Session, page: LicensePage): Notice | null {
    const { notice = null, hasCode = false } = this.shown.get(session) ?? {};
    const isLicensed = page.license.status !== 'unlicensed' && page.authorization === null;
    const next = hasCode && isLicensed ? acquired : notice;
    // A code that is gone or used makes the message about it wrong.
    const isOutdated = hasCode && page.authorization === null && next !== acquired;
    return this.show(session, isOutdated ? null : next, page);
  }

  private show(session: Session, notice: Notice | null, page: LicensePage): Notice | null {
    this.shown.set(session, { notice, hasCode: page.authorization?.state === 'pending' });
    return notice;
  }
}

const acquired: Notice = { kind: 'acquired', detail: null };
