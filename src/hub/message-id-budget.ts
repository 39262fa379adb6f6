import { Budgets } from '../messaging/budgets.js';

/** An HMAC has 43 characters; the event ids that older versions use have 26. */
const idShape = /^[\w.-]{1,64}$/;
/** A backlog after an outage. */
const burst = 1000;
const perSecond = 0.1;
const maxStores = 10_000;

/**
 * Limits the message ids of each store server. The broker keeps every id in its memory for the duplicate window of the stream,
 * long after the message itself is gone: without a limit, one store could use up that memory. An event without an id is stored,
 * too; only a repetition of it is not recognized.
 */
export class MessageIdBudget {
  private readonly ids = new Budgets(burst, perSecond, maxStores);

  /** Returns whether the stream may be sent this id, and counts it. */
  take(serverId: string, id: string): boolean {
    if (!idShape.test(id) || this.ids.left(serverId) < 1) return false;
    this.ids.spend(serverId, 1);
    return true;
  }
}
