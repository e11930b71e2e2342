// How an API server is reached, and nothing of what is asked: one call, one stream. Two things speak it, a real client
// and the sandbox in the same process, so that everything above is tested without a wire, and with one.
import type { KubernetesFault } from '../port/kubernetes-fault';

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Without query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the body; `application/json` when absent. */
  readonly contentType?: string;
}

export interface RestAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** The parsed JSON, or undefined when it was none. */
  readonly body: unknown;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

/** Why a watch is over. */
export type WatchEnd =
  /** In an orderly way, or by silence, or because the signal was aborted. */
  | { readonly ended: 'closed' }
  /** The server answered with this HTTP status instead of a stream. */
  | { readonly ended: 'refused'; readonly status: number; readonly message: string }
  /** The connection could not be made, or broke. */
  | { readonly ended: 'broken'; readonly fault: KubernetesFault };

export interface KubernetesRest {
  /** @throws KubernetesFault `kubernetes-unreachable` or `kubernetes-closed`; every answer is a value. */
  call(request: RestRequest): Promise<RestAnswer>;

  /**
   * Streams the events of a collection until the stream ends or `signal` is aborted; `onEvent` is not called after
   * that. A silent connection is ended within a minute. Rejects only with what `onEvent` threw.
   * @param onOpen called when the server has agreed to stream, before any event
   */
  watch(
    path: string,
    query: Readonly<Record<string, string>>,
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
    onOpen?: () => void,
  ): Promise<WatchEnd>;

  close(): Promise<void>;
}
