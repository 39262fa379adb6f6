import type { PeerView } from '../peer-registry/list-peers.js';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';
import type { ServiceClient } from './service-client.js';

/** The view as JSON: times are texts. */
export type PeerReport = {
  [K in keyof PeerView]: PeerView[K] extends Date | null ? string | null : PeerView[K];
};

export interface PeersReport {
  readonly peers: readonly PeerReport[];
  readonly counts: { readonly total: number; readonly connected: number | null; readonly attention: number };
}

/** A hub has 10,000 stores at most, and a page has at least one. */
const maxPages = 10_000;

/** Reads all pages of a query. @throws if the answers never end */
export async function readAllPeers(service: ServiceClient, query: URLSearchParams): Promise<PeersReport> {
  const peers: PeerReport[] = [];
  for (let pages = 0; pages < maxPages; pages += 1) {
    const page = await service.read<PeersReport & { nextAfter: string | null }>(
      'GET',
      `/api/peers?${query.toString()}`,
    );
    peers.push(...page.peers);
    if (page.nextAfter === null) return { peers, counts: page.counts };
    query.set('after', page.nextAfter);
  }
  throw new CommandError(
    'list-without-end',
    'The list of the service has no end: check that --url is the address of the licensing service.',
    exitCodes.service,
  );
}
