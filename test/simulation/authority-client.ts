import type { JWK } from 'jose';
import {
  AuthorizationServer,
  type DeviceCodeAnswer,
  type GrantSecrets,
  type Introspection,
  type IssuedDeviceCode,
  type IssuedGrant,
  type RefreshAnswer,
  type RevocationAnswer,
  type Unreachable,
} from '../../src/domain/ports/authorization-server.js';
import { IssuerDocuments } from '../../src/domain/ports/issuer-documents.js';
import { codeIntervalSeconds, type IssuedTokens, issuer } from './authority.js';
import type { ServiceProcess } from './service-process.js';
import type { World } from './world.js';

const timeoutMs = 10_000;

type Exchanged<T> =
  { readonly kind: 'answered'; readonly value: T; readonly isUnusable: boolean } | Unreachable;

/** The network to the Authorization server, as the service sees it through its port. */
export class AuthorityClient extends AuthorizationServer {
  constructor(
    private readonly world: World,
    private readonly owner: ServiceProcess,
  ) {
    super();
  }

  override async requestDeviceCode(): Promise<IssuedDeviceCode | Unreachable> {
    const { authority } = this.world;
    const exchanged = await this.exchange('device code', () => authority.requestDeviceCode());
    if (exchanged.kind === 'unreachable') return exchanged;
    if (exchanged.isUnusable) return unsuitable();
    const { deviceCode } = exchanged.value;
    return {
      kind: 'issued',
      deviceCode,
      userCode: deviceCode.toUpperCase(),
      verificationUri: `${issuer}device`,
      verificationUriComplete: null,
      expiresInSeconds: authority.codeLifeSeconds,
      intervalSeconds: codeIntervalSeconds,
      dpopKey: null,
    };
  }

  override async redeemDeviceCode(deviceCode: string): Promise<DeviceCodeAnswer> {
    const { authority, invariants } = this.world;
    invariants.pollSent(this.owner, deviceCode);
    const exchanged = await this.exchange('poll', () => authority.redeem(deviceCode));
    if (exchanged.kind === 'unreachable') return exchanged;
    const { value } = exchanged;
    switch (value.kind) {
      case 'granted': {
        const { secrets } = this.toGrant(value.issued, holderKey(value.grant.keyId));
        if (!exchanged.isUnusable) return { kind: 'granted', ...this.toGrant(value.issued, secrets.dpopKey) };
        return { kind: 'refused', code: 'authorization-server-unsuitable', message: 'unusable', secrets };
      }
      case 'used':
        return { kind: 'refused', code: 'code-not-accepted', message: 'invalid_grant', secrets: null };
      default:
        return exchanged.isUnusable ? unsuitable() : { kind: value.kind };
    }
  }

  override async refresh(
    secrets: GrantSecrets,
    expected: { serverId: string },
    onNewRefreshToken: (refreshToken: string) => Promise<void>,
  ): Promise<RefreshAnswer> {
    const { authority, invariants } = this.world;
    const landed = invariants.refreshSent(this.owner, secrets);
    const exchanged = await this.exchange('refresh', () => authority.refresh(secrets.refreshToken));
    landed(exchanged.kind === 'unreachable' ? (exchanged.retryAfterMs ?? 0) : 0);
    if (exchanged.kind === 'unreachable') return exchanged;
    const { value } = exchanged;
    if (value.kind !== 'granted') return { kind: value.kind, code: value.kind, message: value.why };
    const { issued } = value;
    const isUnusable = exchanged.isUnusable || issued.grant.identity.serverId !== expected.serverId;
    // Every other usable token needs a request for keys, before which the new refresh token is stored.
    const needsStoring = isUnusable || this.world.nowMs % 2 === 0;
    if (needsStoring && issued.refreshToken !== secrets.refreshToken)
      await onNewRefreshToken(issued.refreshToken);
    if (isUnusable) return unsuitable();
    return { kind: 'granted', ...this.toGrant(issued, secrets.dpopKey) };
  }

  override async introspect(accessToken: string): Promise<Introspection> {
    const { authority } = this.world;
    const exchanged = await this.exchange('introspection', () => authority.introspect(accessToken));
    if (exchanged.kind === 'unreachable') return exchanged;
    if (exchanged.isUnusable) return unsuitable();
    const { value: kind } = exchanged;
    if (kind === 'not-offered') return { kind };
    const answeredAt = this.world.latency.chance(0.5) ? new Date(this.world.nowMs) : null;
    return { kind, endpoint: `${issuer}introspect`, answeredAt };
  }

  override async revoke(secrets: GrantSecrets): Promise<RevocationAnswer> {
    const { authority, invariants } = this.world;
    const exchanged = await this.exchange('revoke', () => {
      if (!authority.offersRevocation) return null;
      invariants.revocationArrives(secrets);
      return authority.revoke(secrets.refreshToken);
    });
    if (exchanged.kind === 'unreachable') return exchanged;
    return { kind: authority.offersRevocation ? 'revoked' : 'not-offered' };
  }

  override async findUserPortal(): Promise<string | null> {
    return null;
  }

  private toGrant(issued: IssuedTokens, dpopKey: JWK | null): IssuedGrant {
    const { accessToken, refreshToken, grant } = issued;
    const token = { ...grant.license.token, receivedAt: this.owner.clock.now() };
    return {
      grant: { ...grant, license: { ...grant.license, token } },
      secrets: { accessToken, refreshToken, dpopKey },
    };
  }

  private async exchange<T>(what: string, handle: () => T): Promise<Exchanged<T>> {
    const { world, owner } = this;
    const fault = world.drawFault('authorization-server', owner);
    world.people.interrupt(150);
    await world.call(owner, `${what} request`, 100);
    if (fault === 'refused' || !world.isInternetUp) return lost(true);
    if (fault === 'request-lost') return this.timeOut(what);
    if (fault === 'server-error') return serverError();
    if (fault === 'busy') return { ...serverError(), isConclusive: true, retryAfterMs: 60_000 };
    if (fault === 'answer-refuses')
      return { ...lost(true), status: 502, code: 'authorization-server-refused' };
    const value = handle();
    if (fault === 'answer-lost') return this.timeOut(what);
    await world.call(owner, `${what} answer`, 100);
    return world.isInternetUp
      ? { kind: 'answered', value, isUnusable: fault === 'answer-unusable' }
      : lost(false);
  }

  private async timeOut(what: string): Promise<Unreachable> {
    await this.world.scheduler.sleep(this.owner, timeoutMs);
    await this.world.call(this.owner, `${what} timeout`);
    return lost(false);
  }
}

/** The key that a grant is bound to, by its name only: the model checks no proofs. */
function holderKey(x: string): JWK {
  return { kty: 'OKP', crv: 'Ed25519', x };
}

function lost(isConclusive: boolean): Unreachable {
  const code = 'authorization-server-unreachable';
  return { kind: 'unreachable', status: 503, code, message: 'no answer', isConclusive };
}

function serverError(): Unreachable {
  return { ...lost(false), status: 502, code: 'authorization-server-error', message: 'HTTP 503' };
}

function unsuitable(): Unreachable {
  return { ...lost(false), status: 502, code: 'authorization-server-unsuitable', message: 'unusable' };
}

/** The keys and the status list, fetched over the same network. */
export class SimulatedDocuments extends IssuerDocuments {
  constructor(
    private readonly world: World,
    private readonly owner: ServiceProcess,
  ) {
    super();
  }

  override async fetchKeys(): Promise<{ issuer: string; keys: readonly unknown[] }> {
    await this.reach('keys');
    return { issuer, keys: this.world.authority.keys };
  }

  override async fetchStatusList(): Promise<string> {
    const fault = await this.reach('status list');
    return this.world.authority.statusList(fault === 'older-list');
  }

  private async reach(what: string): Promise<string | null> {
    const { world, owner } = this;
    const fault = world.drawFault('documents', owner);
    world.people.interrupt(600);
    await world.call(owner, what, 100);
    if (fault === 'refused' || fault === 'answer-lost' || !world.isInternetUp)
      throw new Error('fetch failed');
    return fault;
  }
}
