import type { DeviceKind } from '../domain/device-kind.js';
import { eventSubjects, licenseStreamName, storesStreamName, storesSubject } from '../events/streams.js';
import type { Peer } from '../peers/tokens/peer.js';

/** The accounts of registers and of store servers. They have no JetStream, so a reply subject cannot change a stream. */
export const peerAccounts = ['REG', 'STORES'] as const;
export type PeerAccount = (typeof peerAccounts)[number];

/** The request of a store server for what its hub has stored of it. */
export const storedSubject = 'svc.licensing.stored';

const lastOf = (stream: string, subject: string) => `$JS.API.DIRECT.GET.${stream}.${subject}`;

/** Returns the account of a kind of device. The configuration of an older broker has no account `STORES`. */
export function accountOf(kind: DeviceKind, hasStoresAccount: boolean): PeerAccount {
  return kind === 'server' && hasStoresAccount ? 'STORES' : 'REG';
}

/**
 * Returns what a peer may do at the broker. No list is empty, because NATS reads an empty list as everything. Ids have no
 * dots or wildcards, so none can widen a subject.
 */
export function permissionsOf(
  { deviceId, kind }: Pick<Peer, 'deviceId' | 'kind'>,
  account: PeerAccount = accountOf(kind, true),
) {
  return {
    sub: { allow: [...eventSubjects, `_INBOX.${deviceId}.>`] },
    pub: {
      allow: [
        'svc.licensing.status',
        'svc.licensing.verify',
        'svc.licensing.status-list',
        ...eventSubjects.map((subject) => lastOf(licenseStreamName, subject)),
        ...(kind === 'server' ? publishedByStore(deviceId, account) : []),
      ],
    },
  };
}

/** A store server publishes its events to its hub and checks whether the last ones are still stored. */
function publishedByStore(deviceId: string, account: PeerAccount): string[] {
  const own = eventSubjects.map((subject) => storesSubject(deviceId, subject));
  // An older configuration of the broker does not export the other request.
  const check =
    account === 'STORES' ? [storedSubject] : own.map((subject) => lastOf(storesStreamName, subject));
  return [...own, ...check];
}
