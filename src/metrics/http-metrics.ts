import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Metric } from 'prom-client';
import { MetricsRegistry } from './metrics-registry.js';

const name = `${MetricsRegistry.prefix}http_request_duration_seconds`;
/** Answers from memory take less than 1 ms; answers that wait for the Authorization server can take more than 5 s. */
const bucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, Infinity];

interface Labels {
  readonly method: string;
  /** The route pattern, because each made-up path would create a time series. */
  readonly route: string;
  readonly status: number;
}

/** The durations of requests with the same labels. */
class Durations {
  private readonly counts = bucketsSeconds.map(() => 0);
  private sum = 0;

  constructor(private readonly labels: Labels) {}

  observe(seconds: number): void {
    const bucket = bucketsSeconds.findIndex((bound) => seconds <= bound);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += seconds;
  }

  samples() {
    const { labels } = this;
    let count = 0;
    const buckets = bucketsSeconds.map((bound, bucket) => {
      count += this.counts[bucket] ?? 0;
      const le = bound === Infinity ? '+Inf' : bound;
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

/**
 * Measures the duration of requests. Not with the histogram of prom-client: it joins the labels at each observation to find
 * its time series, which takes thirty times as long.
 */
@Injectable()
export class HttpMetrics {
  private readonly durations: Durations[] = [];

  constructor(registry: MetricsRegistry) {
    registry.registerMetric({
      name,
      get: async () => ({
        name,
        help: 'Duration of requests by method, route pattern and status.',
        type: 'histogram',
        aggregator: 'sum',
        values: this.durations.flatMap((each) => each.samples()),
      }),
    } as unknown as Metric);
  }

  /** Starts to measure every request of a server. Must run before its routes are added. */
  follow(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', (route) => {
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
    const byMethod = new Map<string, Map<number, Durations>>();
    return ({ method }: FastifyRequest, reply: FastifyReply, done: () => void): void => {
      // The duration of a stream depends on its client, not on the service.
      if (!String(reply.getHeader('content-type')).startsWith('text/event-stream')) {
        const status = reply.statusCode;
        const durations = byMethod.get(method)?.get(status) ?? this.add(byMethod, { method, route, status });
        durations.observe(reply.elapsedTime / 1000);
      }
      done();
    };
  }

  private add(byMethod: Map<string, Map<number, Durations>>, labels: Labels): Durations {
    const added = new Durations(labels);
    this.durations.push(added);
    const ofMethod = byMethod.get(labels.method) ?? new Map<number, Durations>();
    byMethod.set(labels.method, ofMethod.set(labels.status, added));
    return added;
  }
}
