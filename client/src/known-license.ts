import { isLicensedAt } from './is-licensed-at.js';
import type { LicenseEvent, LicenseStatusEvent, TokenExpiringEvent } from './license-event.js';

const REMEMBERED_IDS = 256;

/**
 * What becomes of an event that was read without fault:
 * - `news`: it is kept, and what was known before is not.
 * - `foreign-source`: another server sent it.
 * - `duplicate`: its id is known.
 * - `stale`: the same or a higher sequence is known on its subject.
 * - `superseded`: a warning of a token that has been replaced since.
 */
export type Consideration = 'news' | 'foreign-source' | 'duplicate' | 'stale' | 'superseded';

/**
 * The newest that is known of one server's license. Events may come in any order and any number of times, live and read
 * again from the stream: what is kept in the end is that of the highest sequence.
 */
export class KnownLicense {
  readonly #serverId: string | undefined;
  readonly #knownIds = new Set<string>();
  #status: LicenseStatusEvent | null = null;
  #warning: TokenExpiringEvent | null = null;

  /** @param serverId whose events count; absent: those of the server that is heard first */
  constructor(serverId?: string) {
    this.#serverId = serverId;
  }

  get status(): LicenseStatusEvent | null {
    return this.#status;
  }

  /** The last warning, as long as it is about the present token. */
  get tokenWarning(): TokenExpiringEvent | null {
    return this.#warning !== null && this.#isSuperseded(this.#warning) ? null : this.#warning;
  }

  /** Keeps an event if it is news at `now`. */
  consider(event: LicenseEvent, now: Date): Consideration {
    if (this.#isForeign(event, now)) return 'foreign-source';
    if (this.#knownIds.has(event.id)) return 'duplicate';
    const known = event.type === 'license.status' ? this.#status : this.#warning;
    if (known !== null && event.sequence <= known.sequence) return 'stale';
    this.#rememberId(event.id);
    if (event.type === 'license.status') {
      this.#status = event;
      if (this.#warning?.source !== event.source) this.#warning = null;
      return 'news';
    }
    this.#warning = event;
    return this.#isSuperseded(event) ? 'superseded' : 'news';
  }

  /**
   * A server that holds a license is followed to the license's end. After that the next one that tells of a license is
   * followed: the wrong device may have been authorized, removed, and the right one be authorized in its place.
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
