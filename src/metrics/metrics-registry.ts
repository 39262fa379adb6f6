import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';

/** What a gauge that is read at the scrape may be: null where there is nothing to tell. */
type Reading = number | boolean | Date | null;

/** The metrics of this service, by the names that Prometheus recommends: base units, `_total`, `_timestamp_seconds`. */
@Injectable()
export class MetricsRegistry extends Registry {
  static readonly prefix = 'pos_licensing_';

  /** A gauge that is read at each scrape, so that it needs no timer and is never stale. An instant becomes Unix seconds. */
  addGauge(name: string, help: string, read: () => Reading | Promise<Reading>): void {
    const gauge: Gauge = new Gauge({
      name: MetricsRegistry.prefix + name,
      help,
      registers: [this],
      collect: async () => {
        const reading = await read();
        // No sample says "unknown" to Prometheus; zero would say "since 1970".
        if (reading === null) gauge.remove();
        else gauge.set(reading instanceof Date ? reading.getTime() / 1000 : Number(reading));
      },
    });
  }

  /** A state set: a sample for each state, 1 for the present one and 0 for the others. */
  addStates<State extends string>(
    name: string,
    help: string,
    states: readonly State[],
    read: () => State,
  ): void {
    const gauge: Gauge<'status'> = new Gauge({
      name: MetricsRegistry.prefix + name,
      help,
      labelNames: ['status'],
      registers: [this],
      collect: () => {
        const present = read();
        for (const status of states) gauge.set({ status }, Number(status === present));
      },
    });
  }
}
