import { acceptAcquiredGrant } from '../../src/domain/accept-grant.js';
import type {
  LicenseGrant,
  LicensePolicy,
  LicenseTerms,
  ServerIdentity,
  TokenLife,
} from '../../src/domain/license.js';
import type { LicenseEvent } from '../../src/domain/license-event.js';
import { initialLicenseState, type LicenseState } from '../../src/domain/license-state.js';

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** The start of a fixture: the token is issued and received, and the license is acquired. */
export const startAt = new Date('2026-11-24T12:00:00Z');

/** The defaults of an installation: 30 days, 48 h · 24 h · 6 h, 24 h. */
export const defaultPolicy: LicensePolicy = {
  renewalWindowMs: 30 * dayMs,
  tokenWarningsSeconds: [48 * 3600, 24 * 3600, 6 * 3600],
  refreshIntervalMs: dayMs,
  serviceVersion: '1.2.3',
};

export const storeIdentity: ServerIdentity = {
  serverId: 'srv-store-12',
  serverName: 'Store 12',
  organization: { id: 'fc-demo', name: 'Demo' },
};

export const storeTerms: LicenseTerms = {
  features: ['xms'],
  renewalDate: new Date('2027-11-24T23:59:59Z'),
  hub: { id: 'srv-hub', name: 'Head office', url: 'https://hub.example' },
};

/** Special times of the calendar: day arithmetic in local time fails around them. */
export const oddInstants: readonly (readonly [name: string, instant: Date])[] = [
  ['an ordinary noon', new Date('2026-11-24T12:00:00Z')],
  ['summer time begins in Europe', new Date('2027-03-28T01:00:00Z')],
  ['summer time ends in Europe', new Date('2026-10-25T01:00:00Z')],
  ['summer time begins in New York', new Date('2027-03-14T07:00:00Z')],
  ['summer time ends in New York', new Date('2026-11-01T06:00:00Z')],
  ['a leap day begins', new Date('2028-02-29T00:00:00Z')],
  ['the day after a leap day begins', new Date('2028-03-01T00:00:00Z')],
  ['the last second of a year', new Date('2027-12-31T23:59:59Z')],
];

export function shift(instant: Date, byMs: number): Date {
  return new Date(instant.getTime() + byMs);
}

/** Returns a token that lives 7 days from {@link startAt} by default. */
export function buildToken({
  issuedAt = startAt,
  lifeMs = 7 * dayMs,
  receivedAt = issuedAt,
}: {
  issuedAt?: Date;
  lifeMs?: number;
  receivedAt?: Date;
} = {}): TokenLife {
  return { issuedAt, receivedAt, expiresAt: shift(issuedAt, lifeMs) };
}

/** Returns the grant of the store with the given changes. */
export function buildGrant({
  identity = {},
  terms = {},
  token = buildToken(),
  answeredAt = token.issuedAt,
}: {
  identity?: Partial<ServerIdentity>;
  terms?: Partial<LicenseTerms>;
  token?: TokenLife;
  answeredAt?: Date;
} = {}): LicenseGrant {
  return {
    identity: { ...storeIdentity, ...identity },
    license: { terms: { ...storeTerms, ...terms }, token },
    answeredAt,
  };
}

/** Returns the state of a server that acquired `grant` when it received the token. */
export function buildLicensedState(
  grant: LicenseGrant = buildGrant(),
  policy: LicensePolicy = defaultPolicy,
): LicenseState {
  return acceptAcquiredGrant(initialLicenseState, grant, policy, grant.license.token.receivedAt).state;
}

/** Names an event by the reason of a `license.status` or the threshold of a `token.expiring`. */
export function nameEvent(event: LicenseEvent): string {
  return event.type === 'license.status'
    ? (event.data.reason ?? 'none')
    : `token:${event.data.thresholdSeconds}`;
}

/** Makes every later change of `value` throw, at any depth: a pure function must return a new value. */
export function freezeDeeply<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freezeDeeply);
  }
  return value;
}
