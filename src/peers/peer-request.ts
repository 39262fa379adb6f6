import type { FastifyRequest } from 'fastify';
import type { Peer } from './peer.js';

const noted = Symbol('peer');

interface NotedRequest extends FastifyRequest {
  [noted]?: Peer;
}

/** Notes the peer that sent a request, for those who answer it. */
export function notePeer(request: NotedRequest, peer: Peer): void {
  request[noted] = peer;
}

/** The peer that sent a request which the guard has let in. */
export function peerOf(request: NotedRequest): Peer {
  const peer = request[noted];
  if (peer === undefined) throw new Error('No guard has let this peer in: its route needs one.');
  return peer;
}
