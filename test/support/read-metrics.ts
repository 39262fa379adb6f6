export interface Metrics {
  readonly text: string;
  /** The names of all metrics, even without a sample. A histogram has three series. */
  readonly names: readonly string[];
  /** Returns the sample with exactly these labels, sorted by name; `undefined` if there is none. */
  value(name: string, labels?: string): number | undefined;
  /** Returns the samples of a state set. */
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

/** Returns the key of a sample. No label value of this service contains a comma. */
function keyOf(name: string, labels: string): string {
  return `${name}{${labels.split(',').toSorted().join(',')}}`;
}
