import { eventSubjects, licenseStreamName, storesStreamName, storesSubject } from '../events/streams.js';
import type { Peer } from '../peers/tokens/peer.js';

/** The account of registers and store servers. It has no JetStream, so a reply subject can do no harm. */
export const peerAccount = 'REG';

const lastOf = (stream: string, subject: string) => `$JS.API.DIRECT.GET.${stream}.${subject}`;

/**
 * Returns what a peer may do at the broker. No list is empty, because NATS reads an empty list as everything. Ids have no
 * dots or wildcards, so none can widen a subject.
 */
export function permissionsOf({ deviceId, kind }: Pick<Peer, 'deviceId' | 'kind'>) {
  // A store server publishes its events to its hub and checks whether the last one is still stored.
  const own = kind === 'server' ? eventSubjects.map((subject) => storesSubject(deviceId, subject)) : [];
  return {
    sub: { allow: [...eventSubjects, `_INBOX.${deviceId}.>`] },
    pub: {
      allow: [
        'svc.licensing.status',
        'svc.licensing.verify',
        'svc.licensing.status-list',
        ...eventSubjects.map((subject) => lastOf(licenseStreamName, subject)),
        ...own,
        ...own.map((subject) => lastOf(storesStreamName, subject)),
      ],
    },
  };
}
