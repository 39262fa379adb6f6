import { Injectable } from '@nestjs/common';
import type { Session } from '../admin/sessions.js';
import type { Notice } from './license-page.js';

/** Keeps, from a form to the page that follows it, what came of the form. */
@Injectable()
export class Notices {
  private readonly waiting = new WeakMap<Session, Notice>();

  leave(session: Session, notice: Notice): void {
    this.waiting.set(session, notice);
  }

  /** Takes the notice away, so that it is shown once. */
  take(session: Session): Notice | null {
    const notice = this.waiting.get(session) ?? null;
    this.waiting.delete(session);
    return notice;
  }
}
