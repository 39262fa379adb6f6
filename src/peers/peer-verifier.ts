import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { ServerIdentity } from '../domain/license.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { isTokenType, type Profile } from '../domain/profile.js';
import { IssuerKeys } from './issuer-keys.js';
import { checkClaims, checkExpiry } from './tokens/check-claims.js';
import { parseCompactJws } from './tokens/parse-compact-jws.js';
import { type AcceptedPeer, type PeerRefusal, type PeerVerdict, refuse } from './tokens/peer.js';
import { setBounded } from './tokens/set-bounded.js';
import { RevocationList } from './revocation-list.js';
import { hasSignatureOf } from './tokens/signature-key.js';

/** Enough for a thousand registers with two tokens each, at about 1 kB per token. */
const maxSeen = 4096;

/**
 * Verifies the license tokens of peers offline (RFC 9068 section 4). An accepted token is cached by its SHA-256 until
 * it expires, or until the keys, the revocations or the identity of this server change.
 */
@Injectable()
export class PeerVerifier {
  private readonly seen = new Map<string, AcceptedPeer>();
  private seenUnder = '';
  private versions = -1;
  private identity: ServerIdentity | null = null;

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
    this.forgetIfStale();
    if (this.identity === null) return refuse('server-unlicensed');
    const id = hash('sha256', token, 'base64');
    const known = this.seen.get(id);
    if (known === undefined) return this.verifyFirst(token, id);
    const late = checkExpiry(known.peer, this.clock.now());
    if (late === null) return known;
    this.seen.delete(id);
    return refuse(late, known.peer.deviceId);
  }

  private verifyFirst(token: string, id: string): PeerVerdict {
    const jws = parseCompactJws(token);
    if (jws === null) return refuse('token-malformed');
    const { profile } = this.settings.authorizationServer;
    const { typ, kid, crit, alg } = jws.header;
    if (!isTokenType(typ, profile)) return refuse('token-type');
    // RFC 7515 section 4.1.11: no critical extension is supported.
    if (crit !== undefined) return refuse('token-malformed');
    const keys = this.keys.find(kid);
    if (keys.length === 0) return refuse('unknown-key');
    if (!isPermitted(alg, profile) || !keys.some((key) => hasSignatureOf(jws, key))) {
      return refuse('bad-signature');
    }
    const verdict = checkClaims(jws, {
      identity: this.identity,
      issuer: this.keys.issuer,
      profile,
      isRevoked: (claims) => this.revocations.isRevoked(claims),
    });
    if (verdict.kind === 'refused') return verdict;
    const late = checkExpiry(verdict.peer, this.clock.now());
    if (late !== null) return refuse(late, verdict.peer.deviceId);
    // Evicts the oldest, which usually expires first.
    setBounded(this.seen, id, verdict, maxSeen);
    return verdict;
  }

  private forgetIfStale(): void {
    const { identity } = this.store.state;
    const versions = this.keys.version + this.revocations.version;
    // Both versions only increase, so an equal sum means that both are unchanged.
    if (identity === this.identity && versions === this.versions) return;
    this.identity = identity;
    this.versions = versions;
    const { basis } = this;
    if (basis === this.seenUnder) return;
    this.seenUnder = basis;
    this.seen.clear();
  }
}

/** Returns whether newer keys may change a refusal: the key is unknown, or was replaced under the same id. */
function isOfKey(code: PeerRefusal): boolean {
  return code === 'unknown-key' || code === 'bad-signature';
}

/** `Ed25519` is the later name of `EdDSA` (RFC 9864). */
function isPermitted(alg: unknown, { algorithms }: Profile): boolean {
  return algorithms.some((name) => name === (alg === 'Ed25519' ? 'EdDSA' : alg));
}
