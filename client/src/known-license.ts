import { isLicensedAt } from './is-licensed-at.js';
import type { LicenseEvent, LicenseStatusEvent, TokenExpiringEvent } from './license-event.js';

const REMEMBERED_IDS = 256;

/**
 * The result of a well-formed event:
 * - `news`: it replaces the last event of its subject.
 * - `foreign-source`: another server published it.
 * - `duplicate`: its id is known.
 * - `stale`: the same or a higher sequence is known on its subject.
 * - `superseded`: it warns of a token that has been replaced.
 */
export type Consideration = 'news' | 'foreign-source' | 'duplicate' | 'stale' | 'superseded';

/**
 * Stores the newest events of one server's license. Events may arrive in any order and any number of times, live or from
 * the stream: the one with the highest sequence on its subject is kept.
 */
export class KnownLicense {
  readonly #serverId: string | undefined;
  readonly #knownIds = new Set<string>();
  #status: LicenseStatusEvent | null = null;
  #warning: TokenExpiringEvent | null = null;

  /** @param serverId the only server whose events count. Default: the first server that publishes */
  constructor(serverId?: string) {
    this.#serverId = serverId;
  }

  get status(): LicenseStatusEvent | null {
    return this.#status;
  }

  /** Returns the last warning; `null` if there is none or it concerns a token that has been replaced. */
  get tokenWarning(): TokenExpiringEvent | null {
    return this.#warning !== null && this.#isSuperseded(this.#warning) ? null : this.#warning;
  }

  /**
   * Stores an event if it is news at `now`, and returns the result.
   * @param isFinal whether the server itself answered. Then a lower sequence than the known one is news too: a restored server
   *   continues from there. Its answer is not an event, so the id does not count: a server that is restored again can reuse a sequence
   */
  consider(event: LicenseEvent, now: Date, isFinal = false): Consideration {
    if (this.#isForeign(event, now)) return 'foreign-source';
    const known = (event.type === 'license.status' ? this.#status : this.#warning)?.sequence ?? '';
    if (isFinal) {
      if (event.sequence === known) return 'stale';
      if (event.sequence < known) this.#warning = null;
    } else {
      if (this.#knownIds.has(event.id)) return 'duplicate';
      if (event.sequence <= known) return 'stale';
      this.#rememberId(event.id);
    }
    return this.#store(event);
  }

  #store(event: LicenseEvent): Consideration {
    if (event.type === 'license.status') {
      this.#status = event;
      if (this.#warning?.source !== event.source) this.#warning = null;
      return 'news';
    }
    this.#warning = event;
    return this.#isSuperseded(event) ? 'superseded' : 'news';
  }

  /**
   * Follows a licensed server until its license ends, then the next server that publishes a status. This covers a wrong
   * device that was authorized, removed, and replaced by the right one.
   */
  #isForeign(event: LicenseEvent, now: Date): boolean {
    if (this.#serverId !== undefined) return event.source !== `/servers/${this.#serverId}`;
    if (this.#status === null || event.source === this.#status.source) return false;
    return event.type === 'token.expiring' || isLicensedAt(this.#status.data, now);
  }

  #isSuperseded(warning: TokenExpiringEvent): boolean {
    if (this.#status === null || this.#status.sequence < warning.sequence) return false;
    const { expiresAt } = this.#status.data.token;
    return expiresAt === null || Date.parse(expiresAt) !== Date.parse(warning.data.expiresAt);
  }

  #rememberId(id: string): void {
    this.#knownIds.add(id);
    if (this.#knownIds.size <= REMEMBERED_IDS) return;
    for (const oldest of this.#knownIds) {
      this.#knownIds.delete(oldest);
      return;
    }
  }
}
