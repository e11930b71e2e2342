// What an API server's failures mean: HTTP status and Status object to fault.
import { KubernetesFault, type KubernetesFaultCode } from '../port/kubernetes-fault';
import type { RestAnswer } from './kubernetes-rest';

/** A Status object (Kubernetes API conventions, "Response Status Kind"), as far as it is used here. */
interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly field?: string }[] };
}

export function succeeded(answer: RestAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/** The fault that an answer outside 2xx is. `asked` says what was asked, for the message. */
export function answerFault(request: string, status: number, message: string): KubernetesFault {
  const { code, retryable } = meaningOf(status);
  return new KubernetesFault(code, `${request}: ${message} (HTTP ${status})`, retryable);
}

export function messageOf(answer: RestAnswer): string {
  return statusOf(answer).message ?? 'no message';
}

/** Whether it was refused because the uid that was given is not the object's: 409 for built-in kinds, 422 for others. */
export function isUidMismatch(answer: RestAnswer): boolean {
  return answer.status === 422 && causesOf(answer).some((cause) => cause.field === 'metadata.uid');
}

/** Whether it was refused because the namespace is being deleted. */
export function isNamespaceTerminating(answer: RestAnswer): boolean {
  return answer.status === 403 && causesOf(answer).some((cause) => cause.reason === 'NamespaceTerminating');
}

function meaningOf(status: number): { code: KubernetesFaultCode; retryable: boolean } {
  if (status === 401) return { code: 'kubernetes-unauthorized', retryable: false };
  if (status === 403) return { code: 'kubernetes-forbidden', retryable: false };
  if (status === 404) return { code: 'kubernetes-kind-unknown', retryable: true };
  if (status === 408 || status === 429 || status >= 500)
    return { code: 'kubernetes-unavailable', retryable: true };
  return { code: 'kubernetes-refused', retryable: false };
}

function statusOf(answer: RestAnswer): Status {
  return typeof answer.body === 'object' && answer.body !== null ? (answer.body as Status) : {};
}

function causesOf(answer: RestAnswer) {
  return statusOf(answer).details?.causes ?? [];
}
