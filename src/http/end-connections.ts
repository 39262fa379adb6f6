import type { FastifyInstance } from 'fastify';

const shutdownTimeoutMs = 1500;

/**
 * Ends all connections shortly after the server begins to close. Closing waits for every request and for every
 * connection without a request, which browsers open in advance. Either could delay the shutdown of the service.
 */
export function endConnectionsAtClose(fastify: FastifyInstance): void {
  fastify.addHook('preClose', (done) => {
    setTimeout(() => fastify.server.closeAllConnections(), shutdownTimeoutMs).unref();
    done();
  });
}
