import type { Peer } from '../peers/peer.js';

/** The account of registers and store servers: without JetStream, so that a reply subject can do no harm. */
export const peerAccount = 'REG';

const events = ['license.status', 'token.expiring'];

/**
 * What a peer may do at the broker. No list is ever empty, which to NATS means everything. Ids were checked to be
 * plain words, so none can widen a subject.
 */
export function permissionsOf({ deviceId, kind }: Pick<Peer, 'deviceId' | 'kind'>) {
  const own = kind === 'server' ? events.map((event) => `stores.${deviceId}.${event}`) : [];
  return {
    sub: { allow: [...events, `_INBOX.${deviceId}.>`] },
    pub: {
      allow: [
        'svc.licensing.status',
        'svc.licensing.verify',
        ...events.map((event) => `$JS.API.DIRECT.GET.LICENSING.${event}`),
        ...own,
      ],
    },
  };
}
