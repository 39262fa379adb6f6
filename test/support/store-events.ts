import { licenseViewAt } from '../../src/domain/license-view.js';
import { toCloudEvent } from '../../src/events/cloud-event.js';
import {
  buildGrant,
  buildLicensedState,
  buildToken,
  dayMs,
  defaultPolicy,
  shift,
} from './license-fixture.js';

export interface StoreEventOptions {
  readonly serverId: string;
  /** The time of the event, and by default its sequence in Unix milliseconds. */
  readonly at: Date;
  readonly sequence?: number;
  /** Replaces members of the data of a healthy store. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Returns the `license.status` of a store server whose token was issued at that time and lives for 7 days, as JSON. */
export function writeStatusEvent({
  serverId,
  at,
  sequence = at.getTime(),
  data = {},
}: StoreEventOptions): string {
  const grant = buildGrant({
    identity: { serverId, serverName: `Name of ${serverId}` },
    terms: { renewalDate: shift(at, 365 * dayMs) },
    token: buildToken({ issuedAt: at }),
  });
  const view = licenseViewAt({ ...buildLicensedState(grant), sequence }, defaultPolicy, at);
  return toCloudEvent(
    {
      type: 'license.status',
      serverId,
      time: at,
      sequence,
      data: { previousStatus: 'licensed', previousServerId: null, ...view, ...data },
    },
    `${serverId}-${sequence}`,
  );
}

/** Returns the `token.expiring` of a store server whose token ends at `expiresAt`, as JSON. */
export function writeExpiringEvent({
  serverId,
  at,
  sequence = at.getTime(),
  expiresAt,
}: StoreEventOptions & { readonly expiresAt: Date }): string {
  const secondsRemaining = Math.max(0, Math.floor((expiresAt.getTime() - at.getTime()) / 1000));
  return toCloudEvent(
    {
      type: 'token.expiring',
      serverId,
      time: at,
      sequence,
      data: {
        serverId,
        expiresAt,
        secondsRemaining,
        thresholdSeconds: secondsRemaining === 0 ? 0 : 3600,
        lastRefreshError: null,
        offlineSince: at,
      },
    },
    `${serverId}-${sequence}`,
  );
}
