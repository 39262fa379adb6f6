import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { serviceVersion } from '../config/service-version.js';
import { MetricsRegistry } from './metrics-registry.js';

let registry: Registry | null = null;

/** Returns the metrics of the process. They exist once, even if several applications run in it. */
export function processMetrics(): Registry {
  if (registry === null) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const build = new Gauge({
      name: `${MetricsRegistry.prefix}build_info`,
      help: 'The version of this service and of Node.js, as labels.',
      labelNames: ['version', 'node'],
      registers: [registry],
    });
    build.set({ version: serviceVersion, node: process.versions.node }, 1);
  }
  return registry;
}
