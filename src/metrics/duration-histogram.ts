import type { Histogram, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string | number>>;

/** The samples with the same labels. */
export class DurationSeries {
  /** The samples in each bucket, without those of the smaller ones. */
  private readonly counts: number[];
  private count = 0;
  private sum = 0;

  constructor(
    private readonly labels: Labels,
    private readonly bounds: readonly number[],
  ) {
    this.counts = bounds.map(() => 0);
  }

  observe(seconds: number): void {
    const bucket = this.bounds.findIndex((bound) => seconds <= bound);
    if (bucket !== -1) this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.count += 1;
    this.sum += seconds;
  }

  /** Returns the values in the format of prom-client: each bucket contains the smaller ones. */
  values(name: string): object[] {
    const { labels, count, sum } = this;
    let total = 0;
    const buckets = this.bounds.map((le, index) => {
      total += this.counts[index] ?? 0;
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: total };
    });
    return [
      ...buckets,
      { metricName: `${name}_bucket`, labels: { le: '+Inf', ...labels }, value: count },
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

/**
 * A histogram whose user finds the series. That of prom-client builds and hashes a key of the labels for each sample, a
 * large part of the cost of a request that is answered from memory.
 */
export class DurationHistogram {
  private readonly series: DurationSeries[] = [];

  /** @param bounds the upper ends of the buckets in seconds, ascending */
  constructor(
    registry: Registry,
    name: string,
    help: string,
    private readonly bounds: readonly number[],
  ) {
    const get = async () => ({
      name,
      help,
      type: 'histogram',
      values: this.series.flatMap((each) => each.values(name)),
    });
    // The registry needs no other member of a metric.
    registry.registerMetric({ name, get } as unknown as Histogram);
  }

  addSeries(labels: Labels): DurationSeries {
    const added = new DurationSeries(labels, this.bounds);
    this.series.push(added);
    return added;
  }
}
