import { explainRefusal } from '../peers/explain-refusal.js';
import type { PeerRefusal } from '../peers/tokens/peer.js';
import { formatTable } from './format-table.js';
import type { PeerReport, PeersReport } from './read-all-peers.js';

/** Formats peers as a table, with the reason for each that is refused below it. */
export function formatPeers({ peers, counts }: PeersReport): string {
  const head = [
    'ID',
    'NAME',
    'KIND',
    'CONNECTED',
    'LICENSE',
    'VERSION',
    'TOKEN EXPIRY',
    'LAST SEEN',
    'ATTENTION',
  ];
  const refused = peers.filter(({ refusal }) => refusal !== null).map(describeRefusal);
  const { total, connected, attention } = counts;
  return [
    peers.length === 0 ? 'No register or server matches.' : formatTable([head, ...peers.map(toRow)]),
    ...(refused.length > 0 ? [`Refused:\n${refused.join('\n')}`] : []),
    `Known in all: ${total}. Connected: ${connected ?? 'unknown'}. Need attention: ${attention}.`,
  ].join('\n\n');
}

function toRow(peer: PeerReport): string[] {
  return [
    peer.deviceId,
    peer.name,
    peer.kind,
    peer.connected === null ? 'unknown' : peer.connected ? 'yes' : 'no',
    peer.status ?? '-',
    peer.serviceVersion ?? '-',
    peer.tokenExpiresAt ?? '-',
    peer.lastSeenAt ?? '-',
    peer.attention.join(', ') || '-',
  ];
}

function describeRefusal({ deviceId, refusal, refusedAt }: PeerReport): string {
  return `  ${deviceId} since ${refusedAt}: ${refusal}. ${explainRefusal(refusal as PeerRefusal) ?? ''}`.trimEnd();
}
