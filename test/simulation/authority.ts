import { deflateSync } from 'node:zlib';
import type { LicenseGrant, LicenseTerms } from '../../src/domain/license.js';
import type { GrantSecrets } from '../../src/domain/ports/authorization-server.js';
import type { Random } from './random.js';
import { TokenSigner } from './token-signer.js';

export const issuer = 'http://127.0.0.1:9000/';
export const listUri = 'http://127.0.0.1:9000/status-list';
const organization = { id: 'fc-demo', name: 'Demo' };
const codeLifeSeconds = 600;
export const hubId = 'srv-hub';
export const codeIntervalSeconds = 5;

export type Rotation = 'off' | 'with-grace' | 'strict';

export interface Device {
  readonly id: string;
  name: string;
  readonly kind: 'server' | 'register';
  isRevoked: boolean;
  isSuspended: boolean;
  terms: LicenseTerms;
}

export interface Grant {
  readonly index: number;
  readonly device: Device;
  readonly keyId: string;
  isLive: boolean;
  /** Whether the introspection endpoint called a license token active and later inactive. */
  isCalledInactive: boolean;
  /** Until then, the server does not find it, as after the restoration of an older copy. */
  forgottenUntilMs: number;
  current: string;
  /** The refresh token before the current one, while its grace lasts. */
  previous: string | null;
  /** The end of the last license token. */
  expiresAtMs: number;
}

interface UserCode {
  readonly deviceCode: string;
  readonly expiresAtMs: number;
  choice: Device | 'denied' | null;
  isUsed: boolean;
  lastPolledAtMs: number;
}

export type Redeemed =
  | { readonly kind: 'granted'; readonly grant: Grant; readonly issued: IssuedTokens }
  | { readonly kind: 'pending' | 'slow-down' | 'denied' | 'expired' | 'used' };

export interface IssuedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly grant: LicenseGrant;
}

export type Refreshed =
  | { readonly kind: 'granted'; readonly issued: IssuedTokens }
  | { readonly kind: 'grant-dead' | 'refused'; readonly why: string };

/** A model of an Authorization server: what it stores and decides, without a network. */
export class Authority {
  rotation: Rotation = 'with-grace';
  tokenLifeMs: number;
  readonly offersRevocation: boolean;
  private readonly listTtlSeconds: number;
  /** Some servers know nothing of tokens that are JWTs. */
  private readonly introspects: 'truly' | 'inactive' | 'not-offered';
  private readonly calledActive = new Set<string>();
  readonly devices = new Map<string, Device>();
  readonly grants: Grant[] = [];
  /** Grants that ended because a spent refresh token was presented. */
  readonly replays: Grant[] = [];
  /** The refresh token that was issued with a license token. */
  readonly issuedWith = new Map<string, string>();
  private readonly byToken = new Map<string, Grant>();
  private readonly codes = new Map<string, UserCode>();
  private signers: TokenSigner[] = [];
  private readonly invalid = new Set<number>();
  private list: { text: string; size: number } | null = null;
  private lastList: string | null = null;
  private count = 0;

  constructor(
    private readonly random: Random,
    private readonly now: () => number,
  ) {
    this.tokenLifeMs = random.pick([7, 1, 1 / 6, 1 / 12]) * 86_400_000;
    this.rotateKeys();
    this.offersRevocation = random.chance(0.8);
    this.listTtlSeconds = random.pick([600, 6 * 3600]);
    this.introspects = random.pick(['truly', 'truly', 'inactive', 'not-offered']);
  }

  get keys(): readonly unknown[] {
    return this.signers.map((signer) => signer.publicJwk);
  }

  rotateKeys(): void {
    this.count += 1;
    this.signers = [...this.signers.slice(-5), new TokenSigner(this.random, `key-${this.count}`)];
  }

  addDevice(id: string, kind: Device['kind'], terms: LicenseTerms): Device {
    const device = { id, name: `Store ${id}`, kind, isRevoked: false, isSuspended: false, terms };
    this.devices.set(id, device);
    return device;
  }

  requestDeviceCode(): UserCode {
    const deviceCode = `code-${(this.count += 1)}`;
    const expiresAtMs = this.now() + codeLifeSeconds * 1000;
    const code = { deviceCode, expiresAtMs, choice: null, isUsed: false, lastPolledAtMs: -Infinity };
    this.codes.set(deviceCode, code);
    return code;
  }

  get codeLifeSeconds(): number {
    return codeLifeSeconds;
  }

  /** A person enters the user code and chooses a device, or denies. */
  decide(deviceCode: string, choice: Device | 'denied'): void {
    const code = this.codes.get(deviceCode);
    if (code !== undefined) code.choice = choice;
  }

  redeem(deviceCode: string): Redeemed {
    const code = this.codes.get(deviceCode);
    if (code === undefined || code.isUsed) return { kind: 'used' };
    if (code.expiresAtMs <= this.now()) return { kind: 'expired' };
    const gapMs = this.now() - code.lastPolledAtMs;
    code.lastPolledAtMs = this.now();
    if (gapMs < codeIntervalSeconds * 1000) return { kind: 'slow-down' };
    if (code.choice === null) return { kind: 'pending' };
    if (code.choice === 'denied') return { kind: 'denied' };
    code.isUsed = true;
    // The device was revoked after a person chose it: a grant for it would be dead from the start.
    if (code.choice.isRevoked) return { kind: 'denied' };
    const grant = this.grantTo(code.choice);
    return { kind: 'granted', grant, issued: this.issue(grant) };
  }

  /** A new grant ends the earlier ones of its device. */
  grantTo(device: Device): Grant {
    for (const earlier of this.grants) if (earlier.device === device) this.end(earlier);
    const index = this.grants.length;
    const grant: Grant = {
      index,
      device,
      keyId: `holder-${index}`,
      isLive: true,
      isCalledInactive: false,
      forgottenUntilMs: 0,
      current: '',
      previous: null,
      expiresAtMs: 0,
    };
    this.grants.push(grant);
    this.renew(grant);
    return grant;
  }

  /** Signs a token of a device with other claims, as a server does that is set up differently. */
  signOdd(device: Device, claims: object, header: object): string {
    const iat = Math.floor(this.now() / 1000);
    return this.signer.sign('at+jwt', { ...claimsOf(device), iat, exp: iat + 600, ...claims }, header);
  }

  refresh(refreshToken: string): Refreshed {
    const grant = this.byToken.get(refreshToken);
    if (grant === undefined || grant.forgottenUntilMs > this.now())
      return { kind: 'grant-dead', why: 'unknown' };
    if (!grant.isLive || grant.device.isRevoked) return { kind: 'grant-dead', why: 'ended' };
    const isSpent = refreshToken !== grant.current && refreshToken !== grant.previous;
    if (isSpent && this.rotation !== 'off') {
      this.end(grant, false);
      this.replays.push(grant);
      return { kind: 'grant-dead', why: 'replayed' };
    }
    if (grant.device.isSuspended) return { kind: 'refused', why: 'suspended' };
    if (this.rotation !== 'off') {
      // Within the grace the spent token works once more, and its successor replaces the one that was lost.
      this.renew(grant, this.rotation === 'with-grace' ? refreshToken : null);
    }
    return { kind: 'granted', issued: this.issue(grant) };
  }

  introspect(accessToken: string): 'active' | 'inactive' | 'not-offered' {
    if (this.introspects !== 'truly') return this.introspects;
    const payload = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString();
    const { exp, status } = JSON.parse(payload) as { exp: number; status: { status_list: { idx: number } } };
    const grant = this.grants[status.status_list.idx];
    if (grant === undefined) return 'inactive';
    const isActive =
      grant.isLive &&
      !grant.device.isRevoked &&
      grant.forgottenUntilMs <= this.now() &&
      exp * 1000 > this.now();
    if (isActive) this.calledActive.add(accessToken);
    else if (this.calledActive.has(accessToken)) grant.isCalledInactive = true;
    return isActive ? 'active' : 'inactive';
  }

  revoke(refreshToken: string): Grant | null {
    const grant = this.byToken.get(refreshToken) ?? null;
    if (grant !== null) this.end(grant);
    return grant;
  }

  grantOf({ refreshToken }: Pick<GrantSecrets, 'refreshToken'>): Grant | null {
    return this.byToken.get(refreshToken) ?? null;
  }

  revokeDevice(device: Device): void {
    device.isRevoked = true;
    for (const grant of this.grants) if (grant.device === device) this.end(grant);
  }

  /** @param isListed whether the status list names its tokens too */
  end(grant: Grant, isListed = true): void {
    grant.isLive = false;
    if (!isListed || this.invalid.has(grant.index)) return;
    this.invalid.add(grant.index);
    this.list = null;
  }

  isListed(grant: Grant): boolean {
    return this.invalid.has(grant.index);
  }

  statusList(isOlder: boolean): string {
    if (isOlder && this.lastList !== null) return this.lastList;
    this.list ??= { text: this.packList(), size: this.grants.length };
    const iat = Math.floor(this.now() / 1000);
    const payload = { sub: listUri, iss: issuer, iat, ttl: this.listTtlSeconds };
    const signed = this.signer.sign('statuslist+jwt', {
      ...payload,
      status_list: { bits: 1, lst: this.list.text },
    });
    if (this.random.chance(0.2)) this.lastList = signed;
    return signed;
  }

  private packList(): string {
    const bytes = Buffer.alloc(Math.max(64, Math.ceil(this.grants.length / 8 / 64) * 64 + 64));
    for (const index of this.invalid) {
      const at = index >> 3;
      bytes[at] = (bytes[at] ?? 0) | (1 << (index & 7));
    }
    return deflateSync(bytes).toString('base64url');
  }

  private get signer(): TokenSigner {
    return this.signers.at(-1) as TokenSigner;
  }

  private renew(grant: Grant, previous: string | null = null): void {
    grant.current = `refresh-${grant.index}-${(this.count += 1)}`;
    grant.previous = previous;
    this.byToken.set(grant.current, grant);
  }

  private issue(grant: Grant): IssuedTokens {
    const { device } = grant;
    const issuedAt = new Date(Math.floor(this.now() / 1000) * 1000);
    const expiresAt = new Date(issuedAt.getTime() + this.tokenLifeMs);
    grant.expiresAtMs = Math.max(grant.expiresAtMs, expiresAt.getTime());
    const claims = { ...claimsOf(device), iat: issuedAt.getTime() / 1000, exp: expiresAt.getTime() / 1000 };
    const accessToken = this.signer.sign('at+jwt', {
      ...claims,
      jti: `jti-${(this.count += 1)}`,
      status: { status_list: { idx: grant.index, uri: listUri } },
    });
    if (this.issuedWith.size > 1000) this.issuedWith.clear();
    this.issuedWith.set(accessToken, grant.current);
    return {
      accessToken,
      refreshToken: grant.current,
      grant: {
        identity: { serverId: device.id, serverName: device.name, organization },
        license: { terms: device.terms, token: { issuedAt, expiresAt, receivedAt: issuedAt } },
        answeredAt: new Date(Math.floor(this.now() / 1000) * 1000),
      },
    };
  }
}

/** The claims of a license token that follow from its device. */
function claimsOf({ id, name, kind, terms }: Device): Record<string, unknown> {
  const { features, renewalDate, hub } = terms;
  return {
    iss: issuer,
    sub: id,
    aud: `urn:pos:${organization.id}`,
    client_id: kind === 'server' ? 'pos-server' : 'pos-register',
    organization,
    device: { id, name, kind },
    license: { features, renewal_date: renewalDate?.toISOString() ?? null, hub },
  };
}
