import type { PeerView } from '../peer-registry/list-peers.js';
import type { ServiceClient } from './service-client.js';

/** The view as JSON: times are texts. */
export type PeerReport = {
  [K in keyof PeerView]: PeerView[K] extends Date | null ? string | null : PeerView[K];
};

export interface PeersReport {
  readonly peers: readonly PeerReport[];
  readonly counts: { readonly total: number; readonly connected: number | null; readonly attention: number };
}

/** Reads all pages of a query. */
export async function readAllPeers(service: ServiceClient, query: URLSearchParams): Promise<PeersReport> {
  const peers: PeerReport[] = [];
  for (;;) {
    const page = await service.read<PeersReport & { nextAfter: string | null }>(
      'GET',
      `/api/peers?${query.toString()}`,
    );
    peers.push(...page.peers);
    if (page.nextAfter === null) return { peers, counts: page.counts };
    query.set('after', page.nextAfter);
  }
}
