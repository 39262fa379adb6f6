import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DurationHistogram, type DurationSeries } from './duration-histogram.js';
import { MetricsRegistry } from './metrics-registry.js';

/** Answers from memory take less than 1 ms; answers that wait for the Authorization server can take more than 5 s. */
const bucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The requests of one route with the same method and status. */
interface Outcome {
  readonly method: string;
  readonly status: number;
  readonly durations: DurationSeries;
}

/** Measures the duration of requests. */
@Injectable()
export class HttpMetrics {
  private readonly durations: DurationHistogram;

  constructor(registry: MetricsRegistry) {
    this.durations = new DurationHistogram(
      registry,
      `${MetricsRegistry.prefix}http_request_duration_seconds`,
      'Duration of requests by method, route pattern and status.',
      bucketsSeconds,
    );
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
    const outcomes: Outcome[] = [];
    return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
      // The duration of a stream depends on its client, not on the service.
      if (!String(reply.getHeader('content-type')).startsWith('text/event-stream')) {
        const { method } = request;
        const status = reply.statusCode;
        const known = outcomes.find((each) => each.status === status && each.method === method);
        const { durations } = known ?? this.addOutcome(outcomes, { method, route, status });
        durations.observe(reply.elapsedTime / 1000);
      }
      done();
    };
  }

  private addOutcome(
    outcomes: Outcome[],
    labels: { method: string; route: string; status: number },
  ): Outcome {
    const outcome = { ...labels, durations: this.durations.addSeries(labels) };
    outcomes.push(outcome);
    return outcome;
  }
}
