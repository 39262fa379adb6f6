import type { FastifyRequest } from 'fastify';
import type { Peer } from './peer.js';

const peers = new WeakMap<FastifyRequest, Peer>();

/** Notes the peer that sent a request, for those who answer it. */
export function notePeer(request: FastifyRequest, peer: Peer): void {
  peers.set(request, peer);
}

/** The peer that sent a request which the guard has let in. */
export function peerOf(request: FastifyRequest): Peer {
  const peer = peers.get(request);
  if (peer === undefined) throw new Error('No guard has let this peer in: its route needs one.');
  return peer;
}
