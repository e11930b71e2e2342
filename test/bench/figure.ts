// A figure of the benchmark: what was measured, beside the limit that was measured in the same run.

export interface Figure {
  readonly what: string;
  readonly measured: number;
  /** What `measured` is held against: a bare fsync, a bare echo, just reading the rows. */
  readonly limit: number;
  readonly limitName: string;
  readonly unit: string;
  /** What measured / limit must be: at least or at most. Absent: told, not judged. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** For what must be reached in its own unit: compared with `measured - limit` instead of their ratio. */
  readonly isDifference?: boolean;
}

export function verdict({ measured, limit, atLeast, atMost, isDifference }: Figure): {
  readonly reached: string;
  readonly must: string;
  readonly ok: string;
} {
  const value = isDifference ? measured - limit : measured / limit;
  const reached = value.toFixed(2);
  if (atLeast !== undefined) return { reached, must: `>= ${atLeast}`, ok: value >= atLeast ? 'yes' : 'NO' };
  if (atMost !== undefined) return { reached, must: `<= ${atMost}`, ok: value <= atMost ? 'yes' : 'NO' };
  return { reached, must: '', ok: '' };
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 50);
}

export function percentile(samples: readonly number[], percent: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? NaN;
}

/** Milliseconds that `run` took. */
export async function timed(run: () => unknown): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}

/** Calls `each` for 0..count-1, `callers` at a time. */
export async function together(
  callers: number,
  count: number,
  each: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) await each(next++);
  };
  await Promise.all(Array.from({ length: callers }, caller));
}
