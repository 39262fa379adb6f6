import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Histogram } from 'prom-client';
import { MetricsRegistry } from './metrics-registry.js';

/** Below 1 ms is what comes from memory; above 5 s what waits for the Authorization server. */
const bucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How long requests take. */
@Injectable()
export class HttpMetrics {
  private readonly durations: Histogram<'method' | 'route' | 'status'>;

  constructor(registry: MetricsRegistry) {
    this.durations = new Histogram({
      name: `${MetricsRegistry.prefix}http_request_duration_seconds`,
      help: 'How long requests took, by method, route pattern and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: bucketsSeconds,
      registers: [registry],
    });
  }

  /** Measures every request from now on. */
  follow(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', (request, reply, done) => {
      this.observe(request, reply);
      done();
    });
  }

  private observe(request: FastifyRequest, reply: FastifyReply): void {
    // A stream lasts as long as somebody follows it, which says nothing of the service.
    if (String(reply.getHeader('content-type')).startsWith('text/event-stream')) return;
    // The pattern, as each path that somebody makes up would be a time series of its own.
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    this.durations.observe(
      { method: request.method, route, status: reply.statusCode },
      reply.elapsedTime / 1000,
    );
  }
}
