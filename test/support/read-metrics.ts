export interface Metrics {
  readonly text: string;
  /** Of every metric, also of those without a sample; of a histogram its three series. */
  readonly names: readonly string[];
  /** The sample with exactly these labels, sorted by their names; undefined: there is none. */
  value(name: string, labels?: string): number | undefined;
  /** The samples of a state set. */
  states(name: string): Record<string, number>;
}

/** Reads /metrics as Prometheus does. */
export async function readMetrics(url: string): Promise<Metrics> {
  const response = await fetch(`${url}/metrics`);
  const contentType = response.headers.get('content-type');
  if (response.status !== 200 || contentType !== 'text/plain; version=0.0.4; charset=utf-8') {
    throw new Error(`/metrics answers ${response.status} with ${contentType ?? 'no content type'}.`);
  }
  const text = await response.text();
  const samples = new Map<string, number>();
  for (const [, name = '', labels = '', value] of text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
    samples.set(keyOf(name, labels), Number(value));
  }
  return {
    text,
    names: [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
    value: (name, labels = '') => samples.get(keyOf(name, labels)),
    states: (name) =>
      Object.fromEntries(
        [...text.matchAll(new RegExp(`^${name}\\{status="(.+)"\\} (\\d)$`, 'gm'))].map(
          ([, status = '', value]) => [status, Number(value)],
        ),
      ),
  };
}

/** No label of this service has a comma in its value. */
function keyOf(name: string, labels: string): string {
  return `${name}{${labels.split(',').toSorted().join(',')}}`;
}
