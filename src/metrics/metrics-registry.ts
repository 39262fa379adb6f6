import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';

/** The value of a gauge; `null` if it is unknown. */
type Reading = number | boolean | Date | null;

/** The metrics of this service, named as Prometheus recommends: base units, `_total`, `_timestamp_seconds`. */
@Injectable()
export class MetricsRegistry extends Registry {
  static readonly prefix = 'pos_licensing_';

  /** Adds a gauge that is read at each scrape, so that it needs no timer and is never stale. A Date becomes Unix seconds. */
  addGauge(name: string, help: string, read: () => Reading | Promise<Reading>): void {
    const gauge: Gauge = new Gauge({
      name: MetricsRegistry.prefix + name,
      help,
      registers: [this],
      collect: async () => {
        const reading = await read();
        // A missing sample means "unknown" to Prometheus; zero would mean 1970.
        if (reading === null) gauge.remove();
        else gauge.set(reading instanceof Date ? reading.getTime() / 1000 : Number(reading));
      },
    });
  }

  /** Adds a state set: a sample for each state, 1 for the current one and 0 for the others. */
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
