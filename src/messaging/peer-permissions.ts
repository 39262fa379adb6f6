import { eventSubjects, licenseStreamName, storesStreamName, storesSubject } from '../events/streams.js';
import type { Peer } from '../peers/tokens/peer.js';

/** The account of registers and store servers: without JetStream, so that a reply subject can do no harm. */
export const peerAccount = 'REG';

const lastOf = (stream: string, subject: string) => `$JS.API.DIRECT.GET.${stream}.${subject}`;

/**
 * What a peer may do at the broker. No list is ever empty, which to NATS means everything. Ids were checked to be
 * plain words, so none can widen a subject.
 */
export function permissionsOf({ deviceId, kind }: Pick<Peer, 'deviceId' | 'kind'>) {
  // A store server tells its hub of itself, and sees whether its last event is still there.
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
