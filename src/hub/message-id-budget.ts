import { setBounded } from '../peers/tokens/set-bounded.js';

/** An HMAC has 43 characters; the event ids that older versions use have 26. */
const idShape = /^[\w.-]{1,64}$/;
/** A backlog after an outage. */
const burst = 1000;
const refillMs = 10_000;
const maxStores = 10_000;

interface Allowance {
  readonly left: number;
  readonly countedAt: number;
}

/**
 * Limits the message ids of each store server. The broker keeps every id in its memory for the duplicate window of the stream,
 * long after the message itself is gone: without a limit, one store could use up that memory. An event without an id is stored,
 * too; only a repetition of it is not recognized.
 */
export class MessageIdBudget {
  private readonly allowances = new Map<string, Allowance>();

  /** Returns whether the stream may be sent this id, and counts it. */
  take(serverId: string, id: string): boolean {
    if (!idShape.test(id)) return false;
    const now = performance.now();
    const { left, countedAt } = this.allowances.get(serverId) ?? { left: burst, countedAt: now };
    const earned = Math.min(burst, left + (now - countedAt) / refillMs);
    const isWithin = earned >= 1;
    this.allowances.delete(serverId);
    setBounded(
      this.allowances,
      serverId,
      { left: isWithin ? earned - 1 : earned, countedAt: now },
      maxStores,
    );
    return isWithin;
  }
}
