// A failure of a reconcile that is expected to happen. Anything else that is thrown is a bug, and ends the process.

export interface ReconcileFault extends Error {
  readonly code: string;
  /** The same may succeed without anybody changing anything. */
  readonly retryable: boolean;
  /**
   * `key`: it is the key's own, and of several keys that of one; nobody else waits. `all`: nothing about any key; everything
   * waits. Absent: a retryable one may be either, any other is the key's own.
   */
  readonly concerns?: 'key' | 'all';
  /** A permission is missing, which somebody may give back without a word: it is asked for again within seconds. */
  readonly isForbidden?: boolean;
}

/** @throws what is none */
export function asReconcileFault(thrown: unknown): ReconcileFault {
  const isFault =
    thrown instanceof Error && typeof (thrown as Partial<ReconcileFault>).retryable === 'boolean';
  if (isFault) return thrown as ReconcileFault;
  throw thrown;
}
