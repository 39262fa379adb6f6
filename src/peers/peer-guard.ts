import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Settings } from '../config/settings.js';
import { ProblemException } from '../http/problem.js';
import { urlsOf } from '../http/public-urls.js';
import { readCredentials } from '../http/read-credentials.js';
import { explainRefusal, isForbidden } from './explain-refusal.js';
import { PeerAdmission } from './peer-admission.js';
import type { Peer, PeerRefusal, PeerVerdict } from './tokens/peer.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `PeerGuard`; `null` on every route without it. */
    peer: Peer | null;
  }
}

/** RFC 6750 section 2.1. Reading a token takes as long as everything else about a known one, so only a new one is checked. */
const tokenCharacters = /^[\w.~+/=-]+$/;

/** The request that a proof must name. `urls` are the ways in which its sender may write its address. */
export interface ProvenRequest {
  readonly method: string;
  readonly urls: readonly string[];
}

/** Admits a peer by its license token: `Authorization: DPoP <token>` with a `DPoP` proof, or `Bearer <token>`. */
@Injectable()
export class PeerGuard implements CanActivate {
  constructor(
    private readonly admission: PeerAdmission,
    private readonly settings: Settings,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    request.peer = await this.admit(request, http.getResponse<FastifyReply>());
    return true;
  }

  /**
   * @param proven the request itself, unless a proxy asks about another one
   * @throws ProblemException 401 or 403 with the challenge of RFC 6750 section 3 and RFC 9449 section 7.1
   */
  admit(
    request: FastifyRequest,
    reply: FastifyReply,
    { method, urls }: ProvenRequest = this.toProve(request),
  ): Peer | Promise<Peer> {
    const { scheme = '', token = '' } = readCredentials(request) ?? {};
    const isBearer = scheme === 'bearer';
    if (!isBearer && scheme !== 'dpop') throw missing();
    const { dpop } = request.headers;
    const credentials = { isBearer, token, proof: typeof dpop === 'string' ? dpop : null, method, urls };
    const known = this.admission.admitKnown(credentials);
    if (known !== null) return this.conclude(known, reply);
    if (!tokenCharacters.test(token)) throw missing();
    return this.admission.admitHttp(credentials, request.ip).then((verdict) => this.conclude(verdict, reply));
  }

  private toProve(request: FastifyRequest): ProvenRequest {
    return { method: request.method, urls: urlsOf(request, this.settings.publicUrls) };
  }

  private conclude(verdict: PeerVerdict, reply: FastifyReply): Peer {
    if (verdict.kind === 'refused') throw this.refusal(verdict.code);
    // RFC 9449 section 8.2: the answer contains the nonce for the next proof.
    if (verdict.peer.keyThumbprint !== null) reply.header('dpop-nonce', this.admission.nonce);
    return verdict.peer;
  }

  private refusal(code: PeerRefusal): ProblemException {
    if (isForbidden(code)) return new ProblemException(403, code, explainRefusal(code));
    const isProof = code.startsWith('proof-') || code === 'nonce-required';
    if (!isProof) {
      return new ProblemException(401, code, explainRefusal(code), {
        'www-authenticate': `Bearer error="invalid_token", DPoP error="invalid_token", algs="ES256 EdDSA"`,
      });
    }
    const error = code === 'nonce-required' ? 'use_dpop_nonce' : 'invalid_dpop_proof';
    return new ProblemException(401, code, explainRefusal(code), {
      'www-authenticate': `DPoP error="${error}", algs="ES256 EdDSA"`,
      'dpop-nonce': this.admission.nonce,
    });
  }
}

function missing(): ProblemException {
  return new ProblemException(
    401,
    'unauthorized',
    'Send the license token of the device: "Authorization: DPoP <token>" with a DPoP proof, or "Bearer <token>".',
    { 'www-authenticate': 'Bearer realm="pos-licensing", DPoP algs="ES256 EdDSA"' },
  );
}
