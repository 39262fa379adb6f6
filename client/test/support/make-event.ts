import type { LicenseStatusEvent, LicenseView, TokenExpiringEvent } from '../../src/index.js';

export const SERVER_ID = 'srv-store-1';
const START_MS = Date.parse('2026-03-01T08:00:00.000Z');

/** Formats a number as the `sequence` of an event. */
export function sequenceOf(number: number): string {
  return String(1_795_570_000_000 + number).padStart(16, '0');
}

export function makeView(changes: Partial<LicenseView> = {}): LicenseView {
  return {
    status: 'licensed',
    statusText: 'Licensed',
    reason: 'acquired',
    serverId: SERVER_ID,
    serverName: 'Store 1',
    organization: { id: 'fc-demo', name: 'Demo' },
    renewalDate: null,
    features: ['xms'],
    hub: { id: 'srv-hub', name: 'Head office', url: null },
    token: { status: 'valid', expiresAt: '2099-01-01T00:00:00.000Z', issuedAt: null, nextRefreshAt: null },
    connection: { online: true, offlineSince: null, lastContactAt: null, lastError: null },
    standing: {
      isLicensed: true,
      reason: 'licensed',
      usableUntil: '2099-01-01T00:00:00.000Z',
      limitedBy: 'token',
    },
    clockSuspect: false,
    reauthorizationRequired: false,
    serviceVersion: '1.2.3',
    sequence: sequenceOf(0),
    ...changes,
  };
}

export interface EventChanges {
  id?: string;
  serverId?: string;
  time?: string;
}

export function makeStatusEvent(
  number: number,
  view: Partial<LicenseView> = {},
  changes: EventChanges = {},
): LicenseStatusEvent {
  const sequence = sequenceOf(number);
  return {
    ...makeEnvelope(number, changes),
    type: 'license.status',
    data: { previousStatus: 'unlicensed', previousServerId: null, ...makeView({ ...view, sequence }) },
  };
}

export function makeTokenWarning(
  number: number,
  expiresAt: string,
  changes: EventChanges = {},
): TokenExpiringEvent {
  return {
    ...makeEnvelope(number, changes),
    type: 'token.expiring',
    data: {
      serverId: changes.serverId ?? SERVER_ID,
      expiresAt,
      secondsRemaining: 3_600,
      thresholdSeconds: 21_600,
      lastRefreshError: null,
      offlineSince: null,
    },
  };
}

function makeEnvelope(number: number, { id, serverId = SERVER_ID, time }: EventChanges) {
  return {
    specversion: '1.0' as const,
    id: id ?? `event-${number}-of-${serverId}`,
    source: `/servers/${serverId}`,
    subject: serverId,
    time: time ?? new Date(START_MS + number * 1_000).toISOString(),
    sequence: sequenceOf(number),
    datacontenttype: 'application/json',
  };
}

/** Returns the token of a license view that ends at `expiresAt`. */
export function tokenUntil(expiresAt: string | null): Pick<LicenseView, 'token'> {
  return { token: { status: 'valid', expiresAt, issuedAt: null, nextRefreshAt: null } };
}

export function encode(document: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document));
}
