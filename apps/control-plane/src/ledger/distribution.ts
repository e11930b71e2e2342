// How often something was how large: counts by bucket, and the sum, as a Prometheus histogram has them. Observing is a few
// comparisons and two additions, so that it may stand where every command comes by; nothing is made of it before it is asked for.

/** Upper bounds, inclusive, ascending. */
export type Buckets = readonly number[];

/** From a fifth of an fsync on a fast disk to a caller who gave up. */
export const LATENCY_BUCKETS_SECONDS: Buckets = [
  ...[0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
];
/** Of what is gathered; the largest batch has 512 commands, the largest commit 1,024 appends. */
export const SIZE_BUCKETS: Buckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048];

export class Distribution {
  /** By bucket, not cumulative; the last is of what is above all bounds. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(readonly buckets: Buckets) {
    this.counts = new Float64Array(buckets.length + 1);
  }

  observe(value: number): void {
    const { buckets, counts } = this;
    let at = 0;
    while (at < buckets.length && value > (buckets[at] as number)) at += 1;
    counts[at] = (counts[at] as number) + 1;
    this.sum += value;
  }

  get count(): number {
    return this.counts.reduce((total, count) => total + count, 0);
  }
}
