import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Histogram } from 'prom-client';
import { MetricsRegistry } from './metrics-registry.js';

/** Answers from memory take less than 1 ms; answers that wait for the Authorization server can take more than 5 s. */
const bucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Measures the duration of requests. */
@Injectable()
export class HttpMetrics {
  private readonly durations: Histogram<'method' | 'route' | 'status'>;

  constructor(registry: MetricsRegistry) {
    this.durations = new Histogram({
      name: `${MetricsRegistry.prefix}http_request_duration_seconds`,
      help: 'Duration of requests by method, route pattern and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: bucketsSeconds,
      registers: [registry],
    });
  }

  /** Starts to measure every request of a server. Must run before its routes are added. */
  follow(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', (route) => {
      // The route pattern, because each made-up path would create a time series.
      const observe = this.observerOf(route.url);
      route.onResponse = [route.onResponse ?? [], observe].flat();
    });
    const observeUnknown = this.observerOf('none');
    fastify.addHook('onResponse', (request, reply, done) => {
      if (request.is404) observeUnknown(request, reply, done);
      else done();
    });
  }

  private observerOf(route: string) {
    return ({ method }: FastifyRequest, reply: FastifyReply, done: () => void): void => {
      // The duration of a stream depends on its client, not on the service.
      if (!String(reply.getHeader('content-type')).startsWith('text/event-stream')) {
        this.durations.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
      }
      done();
    };
  }
}
