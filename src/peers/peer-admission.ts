import { Injectable } from '@nestjs/common';
import { Subject } from 'rxjs';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { PeerMetrics } from './peer-metrics.js';
import { UsedProofs } from '../persistence/used-proofs.js';
import { checkDpopProof } from './tokens/dpop-proof.js';
import { isForbidden } from './explain-refusal.js';
import { HttpNonces } from './http-nonces.js';
import { type Peer, type PeerRefusal, type PeerVerdict, refuse } from './tokens/peer.js';
import { PeerVerifier } from './peer-verifier.js';

/** The tolerated deviation of a register's clock, because NATS has no nonces. */
const natsWindowMs = 10 * 60_000;

/** A token received over HTTP, with its proof and the request to authorize. */
export interface HttpCredentials {
  /** Whether the token came with the scheme `Bearer`, otherwise with `DPoP`. */
  readonly isBearer: boolean;
  readonly token: string;
  readonly proof: string | null;
  readonly method: string;
  readonly urls: readonly string[];
}

/** A device that this server does not admit, with a genuine token. */
export interface RefusedDevice {
  readonly deviceId: string;
  readonly code: PeerRefusal;
}

/** Admits peers with a valid license token and, for a bound token, proof of possession of its key (RFC 9449). */
@Injectable()
export class PeerAdmission {
  /** Emits each admitted peer. Subscribers run before its verdict is returned. */
  readonly admitted = new Subject<Peer>();

  /** Emits each refused peer whose token is genuine: it is the device that this server does not admit, not its proof. */
  readonly refused = new Subject<RefusedDevice>();

  constructor(
    private readonly verifier: PeerVerifier,
    private readonly nonces: HttpNonces,
    private readonly usedProofs: UsedProofs,
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly metrics: PeerMetrics,
  ) {}

  /** The nonce for the next HTTP proof. */
  get nonce(): string {
    return this.nonces.current();
  }

  /** @param address identifies the sender, for the budget of key fetches */
  async admitHttp(credentials: HttpCredentials, address: string): Promise<PeerVerdict> {
    const verdict = await this.verifier.verify(credentials.token, address);
    return this.conclude(this.checkHttp(verdict, credentials));
  }

  /** Does the same for a token that was accepted before, without a promise; returns `null` for other tokens. */
  admitKnown(credentials: HttpCredentials): PeerVerdict | null {
    const verdict = this.verifier.recall(credentials.token);
    return verdict && this.conclude(this.checkHttp(verdict, credentials));
  }

  /** Admits a NATS connection by its `auth_token`: `<token>`, or `<token>~<proof>` for a bound token. */
  async admitNats(authToken: string, address: string): Promise<PeerVerdict> {
    return this.conclude(await this.verifyNats(authToken, address));
  }

  private conclude(verdict: PeerVerdict): PeerVerdict {
    this.metrics.countVerification(verdict.kind === 'accepted' ? 'accepted' : verdict.code);
    if (verdict.kind === 'accepted') this.admitted.next(verdict.peer);
    else if (verdict.deviceId !== null && isForbidden(verdict.code))
      this.refused.next({ deviceId: verdict.deviceId, code: verdict.code });
    return verdict;
  }

  /** Checks the scheme and the proof of a token with a verdict. */
  private checkHttp(
    verdict: PeerVerdict,
    { isBearer, token, proof, method, urls }: HttpCredentials,
  ): PeerVerdict {
    if (verdict.kind === 'refused') return verdict;
    const { keyThumbprint } = verdict.peer;
    if (keyThumbprint === null) return isBearer ? verdict : refuse('proof-invalid', verdict.peer.deviceId);
    // RFC 9449 section 7.1: a bound token is not valid as a bearer token.
    if (isBearer || proof === null) return refuse('proof-missing', verdict.peer.deviceId);
    const checked = urls
      .map((htu) => checkDpopProof(proof, { htm: method, htu, token, keyThumbprint }))
      .find((result) => result !== null);
    if (checked === undefined) return refuse('proof-invalid', verdict.peer.deviceId);
    switch (this.nonces.consume(checked.nonce, checked.jti)) {
      case 'taken':
        return verdict;
      case 'replayed':
        return refuse('proof-replayed', verdict.peer.deviceId);
      case 'unknown-nonce':
        return refuse('nonce-required');
    }
  }

  private async verifyNats(authToken: string, address: string): Promise<PeerVerdict> {
    const [token = '', proof] = authToken.split('~', 2);
    const verdict = await this.verifier.verify(token, address);
    if (verdict.kind === 'refused') return verdict;
    const { keyThumbprint } = verdict.peer;
    if (keyThumbprint === null) return verdict;
    if (proof === undefined) return refuse('proof-missing', verdict.peer.deviceId);
    const htu = `nats://${this.store.state.identity?.serverId}`;
    const checked = checkDpopProof(proof, { htm: 'CONNECT', htu, token, keyThumbprint });
    if (checked === null) return refuse('proof-invalid', verdict.peer.deviceId);
    const now = this.clock.now();
    const offMs = Math.abs(checked.issuedAt.getTime() - now.getTime());
    if (offMs > natsWindowMs) return refuse('proof-invalid', verdict.peer.deviceId);
    const endsAt = new Date(checked.issuedAt.getTime() + natsWindowMs);
    const isNew = await this.usedProofs.claim(keyThumbprint, checked.jti, now, endsAt);
    return isNew ? verdict : refuse('proof-replayed', verdict.peer.deviceId);
  }
}
