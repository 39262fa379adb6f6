import { readName, readNumericDate, readRenewalDate } from './claim-values.js';
import type { DeviceKind } from './device-kind.js';
import type { HubServer } from './license.js';
import { toPrintable } from './printable.js';
import type { ClaimPath, Profile, ProfileClaim } from './profile.js';

/** The largest license token; a broker accepts connections with it together with a proof. */
export const maxTokenCharacters = 11_000;
/** An issuer's clock may be ahead by this much. */
export const maxLeadMs = 10 * 60_000;
const maxFeatures = 100;
const maxFeatureCharacters = 64;
const maxUrlCharacters = 2048;
/** An id is part of a NATS subject, so it contains none of its special characters. */
const idPattern = /^[A-Za-z0-9_-]{1,64}$/;

type Members = Readonly<Record<string, unknown>>;

/** The claims of a license token that the license depends on. Texts are well-formed and bounded. */
export interface LicenseClaims {
  readonly deviceId: string;
  readonly deviceName: string;
  /** Follows from the client id if the token does not contain it; `null` if both are absent. */
  readonly deviceKind: DeviceKind | null;
  readonly deviceUrl: string | null;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly features: readonly string[];
  readonly renewalDate: Date | null;
  readonly hub: HubServer | null;
  readonly clientId: string | null;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** The token must not be accepted before this time; `null` if it has none. */
  readonly notBefore: Date | null;
  /** The thumbprint of the key that the token is bound to (RFC 9449); `null` for a bearer token. */
  readonly keyThumbprint: string | null;
}

/**
 * `excess` lists what exceeds a bound and was therefore left out of `claims`. It is empty for a token that fits.
 * `faults` lists what makes the token unusable.
 */
export type LicenseClaimsReading =
  | { readonly kind: 'read'; readonly claims: LicenseClaims; readonly excess: readonly string[] }
  | { readonly kind: 'unreadable'; readonly faults: readonly string[] };

/**
 * Reads the claims of a license token by a profile. `null` counts as absent. The caller verifies signature, issuer,
 * audience, expiry, client and kind.
 */
export function readLicenseClaims(payload: Members, profile: Profile): LicenseClaimsReading {
  const reader = new ClaimsReader(payload, profile);
  const claims = reader.read();
  const { faults, excess } = reader;
  return faults.length > 0 ? { kind: 'unreadable', faults } : { kind: 'read', claims, excess };
}

/** Returns whether a token must not be accepted yet (RFC 7519 section 4.1.5). */
export function isPremature({ notBefore }: Pick<LicenseClaims, 'notBefore'>, now: Date): boolean {
  return notBefore !== null && notBefore.getTime() > now.getTime() + maxLeadMs;
}

class ClaimsReader {
  readonly faults: string[] = [];
  readonly excess: string[] = [];

  constructor(
    private readonly payload: Members,
    private readonly profile: Profile,
  ) {}

  /** Returns the claims, with placeholders for those that `faults` names. */
  read(): LicenseClaims {
    const deviceId = this.readRequiredId('deviceId');
    const organizationId = this.readRequiredId('organizationId');
    const clientId = this.readText('clientId');
    const issuedAt = this.readInstant('iat');
    const expiresAt = this.readInstant('exp');
    if (issuedAt !== null && expiresAt !== null && expiresAt.getTime() <= issuedAt.getTime()) {
      this.faults.push('"exp" must be later than "iat"');
    }
    return {
      deviceId,
      deviceName: readName(this.readText('deviceName') ?? deviceId),
      deviceKind: this.readKind(clientId),
      deviceUrl: this.readUrl('deviceUrl'),
      organizationId,
      organizationName: readName(this.readText('organizationName') ?? organizationId),
      features: this.readFeatures(),
      renewalDate: this.readRenewal(),
      hub: this.readHub(),
      clientId,
      issuedAt: issuedAt ?? new Date(0),
      expiresAt: expiresAt ?? new Date(0),
      notBefore: this.readNotBefore(),
      keyThumbprint: this.readThumbprint(),
    };
  }

  private readRequiredId(name: ProfileClaim): string {
    const id = this.readId(name);
    if (id === null) this.fault(name, 'is required and is absent');
    if (name === 'deviceId') this.refuseContradiction(id);
    return id ?? '';
  }

  /** A token of the default profile names its device twice: in `sub`, which counts, and in `device.id`. */
  private refuseContradiction(id: string | null): void {
    const { device } = this.payload;
    if (!isSubject(this.profile.claims.deviceId) || typeof device !== 'object' || device === null) return;
    const named = 'id' in device ? (device.id ?? null) : null;
    if (named !== null && named !== id) this.fault('deviceId', 'must be the same as device.id');
  }

  private readId(name: ProfileClaim): string | null {
    const value = this.valueOf(name);
    if (value === null) return null;
    if (typeof value === 'string' && idPattern.test(value)) return value;
    this.fault(name, 'must be 1 to 64 letters, digits, "-" and "_"');
    return '';
  }

  /** An empty text counts as absent: some products write it for an attribute without a value. */
  private readText(name: ProfileClaim): string | null {
    const value = this.valueOf(name);
    if (value === null || value === '') return null;
    if (typeof value === 'string') return value;
    this.fault(name, 'must be a text');
    return null;
  }

  private readUrl(name: ProfileClaim): string | null {
    const url = this.readText(name);
    if (url === null || (url.length <= maxUrlCharacters && isPlain(url))) return url;
    this.exceed(name, `must be a URL of at most ${maxUrlCharacters} characters`);
    return null;
  }

  private readKind(clientId: string | null): DeviceKind | null {
    const kind = this.valueOf('deviceKind');
    if (kind === 'server' || kind === 'register') return kind;
    if (kind !== null) this.fault('deviceKind', 'must be "server" or "register"');
    const { server, register } = this.profile.clientIds;
    if (clientId === server) return 'server';
    return clientId === register ? 'register' : null;
  }

  private readFeatures(): string[] {
    const listed = this.listFeatures();
    if (listed.length <= maxFeatures && listed.every(isFeature)) return listed;
    const fitting = listed.filter(isFeature);
    if (fitting.length < listed.length) {
      this.exceed('features', `must contain texts of 1 to ${maxFeatureCharacters} characters`);
    }
    if (fitting.length > maxFeatures) {
      this.exceed('features', `must contain at most ${maxFeatures} features, not ${fitting.length}`);
    }
    return fitting.slice(0, maxFeatures);
  }

  private listFeatures(): string[] {
    const { featureSeparator } = this.profile;
    const value = this.valueOf('features');
    if (isTextList(value)) return value;
    if (typeof value === 'string') {
      // Several products write a list with one element as a text.
      const parts = featureSeparator === null ? [value] : value.split(featureSeparator);
      return parts.map((feature) => feature.trim()).filter((feature) => feature !== '');
    }
    this.fault('features', value === null ? 'is required and is absent' : 'must be a list of texts');
    return [];
  }

  /** An unreadable date is a fault: if it counted as absent, the license would have no end. */
  private readRenewal(): Date | null {
    const value = this.valueOf('renewalDate');
    if (value === null) return null;
    const renewalDate = readRenewalDate(value, this.profile.dateZone);
    if (renewalDate === null) {
      this.fault(
        'renewalDate',
        'must be an instant with an offset (2027-06-30T23:59:59Z) or a date (2027-06-30), within the years 1970 to 9999',
      );
    }
    return renewalDate;
  }

  private readHub(): HubServer | null {
    const id = this.readId('hubId');
    if (id === null) return null;
    return { id, name: readName(this.readText('hubName') ?? id), url: this.readUrl('hubUrl') };
  }

  /** Some products write 0 for none. */
  private readNotBefore(): Date | null {
    const { nbf } = this.payload;
    return nbf === undefined || nbf === null || nbf === 0 ? null : this.readInstant('nbf');
  }

  private readInstant(name: 'iat' | 'exp' | 'nbf'): Date | null {
    const instant = readNumericDate(this.payload[name]);
    if (instant === null)
      this.faults.push(`"${name}" must be a number of seconds, within the years 1970 to 9999`);
    return instant;
  }

  /** An unsupported confirmation (RFC 7800) is a fault: it must not count as none. */
  private readThumbprint(): string | null {
    const { cnf } = this.payload;
    if (cnf === undefined || cnf === null) return null;
    const jkt = memberOf(cnf, 'jkt');
    if (typeof jkt === 'string' && /^[\w-]{43}$/.test(jkt)) return jkt;
    this.faults.push('"cnf.jkt" must be the thumbprint of a key (RFC 9449)');
    return null;
  }

  private valueOf(name: ProfileClaim): unknown {
    let value: unknown = this.payload;
    for (const member of this.profile.claims[name]) value = memberOf(value, member);
    return value;
  }

  private fault(name: ProfileClaim, fault: string): void {
    this.faults.push(`"${this.profile.claims[name].join('.')}" ${fault}`);
  }

  private exceed(name: ProfileClaim, excess: string): void {
    this.excess.push(`"${this.profile.claims[name].join('.')}" ${excess}`);
  }
}

function isSubject(path: ClaimPath): boolean {
  return path.length === 1 && path[0] === 'sub';
}

/** Returns a member of parsed JSON, `null` if there is none. A function is not JSON: it comes from a prototype. */
function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return null;
  const member = (value as Members)[name];
  return typeof member === 'function' ? null : (member ?? null);
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isFeature(text: string): boolean {
  return text.length <= maxFeatureCharacters && isPlain(text);
}

/** Returns whether a text can be stored, logged and published as it is. */
function isPlain(text: string): boolean {
  return text !== '' && toPrintable(text) === text;
}
