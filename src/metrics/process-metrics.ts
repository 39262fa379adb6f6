import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | null = null;

/** The metrics of the process: the same however many applications run in it, so they exist once. */
export function processMetrics(): Registry {
  if (registry === null) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
