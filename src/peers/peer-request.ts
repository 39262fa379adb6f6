import type { FastifyRequest } from 'fastify';
import { RequestNote } from '../http/request-note.js';
import type { Peer } from './tokens/peer.js';

const peers = new RequestNote<Peer>('No guard has let this peer in: its route needs one.');

/** Notes the peer that sent a request, for those who answer it. */
export function notePeer(request: FastifyRequest, peer: Peer): void {
  peers.write(request, peer);
}

/** The peer that sent a request which the guard has let in. */
export function peerOf(request: FastifyRequest): Peer {
  return peers.read(request);
}
