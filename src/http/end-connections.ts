import type { FastifyInstance } from 'fastify';

const longestGoodbyeMs = 1500;

/**
 * Ends what is still connected a moment after the server began to close. Closing waits for every request, and for every
 * connection that has not sent one yet, as browsers open them ahead: one of either would hold up the stop of the service.
 */
export function endConnectionsAtClose(fastify: FastifyInstance): void {
  fastify.addHook('preClose', (done) => {
    setTimeout(() => fastify.server.closeAllConnections(), longestGoodbyeMs).unref();
    done();
  });
}
