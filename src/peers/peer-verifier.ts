import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { ServerIdentity } from '../domain/license.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { audienceOf, isAlgorithm, isTokenType } from '../domain/profile.js';
import { IssuerKeys } from './issuer-keys.js';
import { checkClaims, checkExpiry, type ClaimCriteria } from './tokens/check-claims.js';
import { parseCompactJws } from './tokens/parse-compact-jws.js';
import { type AcceptedPeer, type PeerRefusal, type PeerVerdict, refuse } from './tokens/peer.js';
import { setBounded } from './tokens/set-bounded.js';
import { RevocationList } from './revocation-list.js';
import { hasSignatureOf } from './tokens/signature-key.js';

/** Enough for a thousand registers with two tokens each, at about 2 kB per token. */
const maxSeen = 4096;
/** 256 bits. */
const keyCharacters = 43;

interface SeenToken {
  readonly token: string;
  readonly verdict: AcceptedPeer;
}

/**
 * Verifies the license tokens of peers offline (RFC 9068 section 4). An accepted token is cached until it expires, or
 * until the keys, the revocations or the identity of this server change.
 */
@Injectable()
export class PeerVerifier {
  /** By the end of the signature, which is shorter to hash than a token. A hit compares the whole token. */
  private readonly seen = new Map<string, SeenToken>();
  private seenUnder = '';
  private versions = -1;
  private identity: ServerIdentity | null = null;
  private criteria: ClaimCriteria | null = null;

  constructor(
    private readonly keys: IssuerKeys,
    private readonly revocations: RevocationList,
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** Identifies the data behind a verdict, except the time. If it changes, every token must be verified again. */
  get basis(): string {
    const { identity } = this.store.state;
    const { version } = this.keys;
    return `${version}/${this.revocations.version}/${identity?.serverId}/${identity?.organization.id}`;
  }

  /**
   * Verifies a token that came from an address. Uses the network only to fetch an unknown or replaced key, within the
   * budget.
   */
  async verify(token: string, address: string): Promise<PeerVerdict> {
    const verdict = this.verifyOffline(token);
    if (verdict.kind === 'accepted' || !isOfKey(verdict.code)) return verdict;
    return (await this.keys.fetchForToken(address)) ? this.verifyOffline(token) : verdict;
  }

  /** Verifies a token with the stored data only. */
  verifyOffline(token: string): PeerVerdict {
    const verdict = this.recall(token);
    if (verdict !== null) return verdict;
    if (this.criteria === null) return refuse('server-unlicensed');
    return this.verifyFirst(token, token.slice(-keyCharacters), this.criteria);
  }

  /** Returns the verdict about a token that was accepted before and may have expired; `null` if there is none. */
  recall(token: string): PeerVerdict | null {
    this.forgetIfStale();
    const id = token.slice(-keyCharacters);
    const known = this.seen.get(id);
    if (known?.token !== token) return null;
    const { verdict } = known;
    const late = checkExpiry(verdict.peer, this.clock.now());
    if (late === null) return verdict;
    this.seen.delete(id);
    return refuse(late, verdict.peer.deviceId);
  }

  private verifyFirst(token: string, id: string, criteria: ClaimCriteria): PeerVerdict {
    const jws = parseCompactJws(token);
    if (jws === null) return refuse('token-malformed');
    const { profile } = criteria;
    const { typ, kid, crit, alg } = jws.header;
    if (!isTokenType(typ, profile)) return refuse('token-type');
    // RFC 7515 section 4.1.11: no critical extension is supported.
    if (crit !== undefined) return refuse('token-malformed');
    const keys = this.keys.find(kid);
    if (keys.length === 0) return refuse('unknown-key');
    if (!isAlgorithm(alg, profile) || !keys.some((key) => hasSignatureOf(jws, key))) {
      return refuse('bad-signature');
    }
    const now = this.clock.now();
    const verdict = checkClaims(jws, criteria, this.clock.isSuspect() ? null : now);
    if (verdict.kind === 'refused') return verdict;
    const late = checkExpiry(verdict.peer, now);
    if (late !== null) return refuse(late, verdict.peer.deviceId);
    // Evicts the oldest, which usually expires first.
    setBounded(this.seen, id, { token, verdict }, maxSeen);
    return verdict;
  }

  private forgetIfStale(): void {
    const { identity } = this.store.state;
    const versions = this.keys.version + this.revocations.version;
    // Both versions only increase, so an equal sum means that both are unchanged.
    if (identity === this.identity && versions === this.versions) return;
    this.identity = identity;
    this.versions = versions;
    this.criteria = identity && this.criteriaFor(identity);
    const { basis } = this;
    if (basis === this.seenUnder) return;
    this.seenUnder = basis;
    this.seen.clear();
  }

  private criteriaFor(identity: ServerIdentity): ClaimCriteria {
    const { profile } = this.settings.authorizationServer;
    const audience = audienceOf(profile, identity.organization.id);
    const isRevoked: ClaimCriteria['isRevoked'] = (claims) => this.revocations.isRevoked(claims);
    return { identity, issuer: this.keys.issuer, audience, profile, isRevoked };
  }
}

/** Returns whether newer keys may change a refusal: the key is unknown, or was replaced under the same id. */
function isOfKey(code: PeerRefusal): boolean {
  return code === 'unknown-key' || code === 'bad-signature';
}
