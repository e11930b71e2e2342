// What is not a value: Kubernetes could not, or would not, do it.

/** For who tells what was not begun from what failed. */
export const STANDBY_CODE = 'kubernetes-standby';

export type KubernetesFaultCode =
  /** No answer: refused, reset, timed out, or a certificate that does not hold. */
  | 'kubernetes-unreachable'
  /** It answered that it cannot just now: 429 or 5xx. */
  | 'kubernetes-unavailable'
  /** Credentials are missing, wrong or over: 401. */
  | 'kubernetes-unauthorized'
  /** The credentials do not allow it: 403. */
  | 'kubernetes-forbidden'
  /** No such kind is served: its CustomResourceDefinition is not installed, or not yet. */
  | 'kubernetes-kind-unknown'
  /** What was asked can never be done so: 400, 422 and the rest of 4xx. */
  | 'kubernetes-refused'
  /** The kubeconfig cannot be used. */
  | 'kubernetes-config-invalid'
  /** Another process holds the Lease: nothing was sent. */
  | typeof STANDBY_CODE
  /** `close()` was called. */
  | 'kubernetes-closed';

/** `retryable`: the same call may succeed later without anybody changing what it asks. */
export class KubernetesFault extends Error {
  override readonly name = 'KubernetesFault';

  constructor(
    readonly code: KubernetesFaultCode,
    message: string,
    readonly retryable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Somebody withholds a permission, and may give it back without a word. */
  get isForbidden(): boolean {
    return this.code === 'kubernetes-forbidden' || this.code === 'kubernetes-unauthorized';
  }
}
