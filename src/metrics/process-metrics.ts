import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | null = null;

/** Returns the metrics of the process. They exist once, even if several applications run in it. */
export function processMetrics(): Registry {
  if (registry === null) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
