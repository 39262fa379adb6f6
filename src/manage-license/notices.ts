import { Injectable } from '@nestjs/common';
import type { Session } from '../admin/sessions.js';
import type { Notice } from './license-page.js';

/** Stores the outcome of a form until the next page shows it. */
@Injectable()
export class Notices {
  private readonly waiting = new WeakMap<Session, Notice>();

  leave(session: Session, notice: Notice): void {
    this.waiting.set(session, notice);
  }

  /** Returns the notice of a session and removes it, so that it is shown once. */
  take(session: Session): Notice | null {
    const notice = this.waiting.get(session) ?? null;
    this.waiting.delete(session);
    return notice;
  }
}
