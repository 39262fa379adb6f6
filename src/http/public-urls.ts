import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemException } from './problem.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The address of `PUBLIC_URL` at whose host the request arrived; `null` without that setting and at a loopback host. */
    publicUrl: URL | null;
  }
}

/** Local proxies and monitors call these routes by any name. */
const anyHost = /^\/(auth\/verify|health(\/live|\/ready)?|metrics)\/?(\?|$)/;

/**
 * Refuses requests for a host that is not in `PUBLIC_URL`. Otherwise another host name, by DNS rebinding or relayed with
 * a proof made for it, would reach this service.
 */
export function checkHost(fastify: FastifyInstance, publicUrls: readonly URL[]): void {
  fastify.decorateRequest('publicUrl', null);
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    // RFC 9112 section 3.2. Node.js keeps the first one only, and a proxy may have used the other.
    if (countHosts(raw.rawHeaders) > 1)
      done(new ProblemException(400, 'bad-request', 'The request has two Host headers.'));
    else done();
  });
  if (publicUrls.length === 0) return;
  fastify.addHook('onRequest', (request, _reply, done) => {
    request.publicUrl = publicUrls.find((url) => isHostOf(url, request.host)) ?? null;
    const isKnown = request.publicUrl !== null || isLoopbackHost(request.host) || anyHost.test(request.url);
    if (isKnown) done();
    else {
      const detail = 'This service is not at this address. Its addresses are in the setting PUBLIC_URL.';
      done(new ProblemException(421, 'misdirected-request', detail));
    }
  });
}

/** @param rawHeaders names and values in turn */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.length === 4 && rawHeaders[index]?.toLowerCase() === 'host') count += 1;
  }
  return count;
}

/** Returns the path below which a client reaches this service, without a slash at its end. */
export function basePathOf({ publicUrl }: FastifyRequest): string {
  return publicUrl === null ? '' : publicUrl.pathname.replace(/\/+$/, '');
}

/** Returns whether the client uses TLS, which a proxy may end. */
export function isSecure({ publicUrl, protocol }: FastifyRequest): boolean {
  return (publicUrl?.protocol ?? `${protocol}:`) === 'https:';
}

/** Returns the URLs of a request as a client may write them in a proof. */
export function urlsOf(request: FastifyRequest, publicUrls: readonly URL[]): string[] {
  if (publicUrls.length === 0) return [`${request.protocol}://${request.host}${request.url}`];
  return publicUrls.map(({ href }) => `${href.replace(/\/+$/, '')}${request.url}`);
}

/** Compares hosts without case and default port. */
function isHostOf(url: URL, host: string): boolean {
  const text = `${url.protocol}//${host}`;
  return URL.canParse(text) && new URL(text).host === url.host;
}

function isLoopbackHost(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host);
}
