// A metric as this process has it: what it is called, and what is read where it is counted once somebody asks. Nothing is done for a
// metric before that, so that commands cost what they cost. It is rendered by prom-client, beside that library's own metrics of the
// process.
import type { Metric, MetricObjectWithValues, MetricValue } from 'prom-client';
import type { Distribution } from '../ledger/distribution';

export type MetricLabels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels?: MetricLabels;
  readonly value: number | Distribution;
}

export interface MetricFamily {
  /** With its unit; a counter's ends in `_total` (OpenMetrics). */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One sentence: infra/docs/METRICS.md has the same. */
  readonly help: string;
  readonly labels: readonly string[];
  /** No samples: there is nothing of that kind in this process. */
  readonly read: () => readonly Sample[] | Promise<readonly Sample[]>;
}

/** As a registry takes it. */
export function toMetric({ name, type, help, labels, read }: MetricFamily): Metric {
  const get = async (): Promise<MetricObjectWithValues<MetricValue<string>>> => {
    const values = (await read()).flatMap((sample) => valuesOf(name, sample));
    return { name, help, type, values, aggregator: 'sum' } as unknown as MetricObjectWithValues<
      MetricValue<string>
    >;
  };
  return { name, help, type, labelNames: labels, get, reset: () => undefined } as unknown as Metric;
}

function valuesOf(name: string, { labels = {}, value }: Sample): object[] {
  if (typeof value === 'number') return [{ labels, value }];
  const { buckets, counts, sum } = value;
  let below = 0;
  const bounds = [...counts].map((count, at) => {
    below += count;
    return {
      metricName: `${name}_bucket`,
      labels: { ...labels, le: String(buckets[at] ?? '+Inf') },
      value: below,
    };
  });
  return [
    ...bounds,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: below },
  ];
}
