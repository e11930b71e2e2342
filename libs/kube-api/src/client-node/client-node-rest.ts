// Calls and watch streams through @kubernetes/client-node. What an answer means is not decided here.
import { type Clock } from '@holdfast/clock';
import {
  HttpMethod,
  IsomorphicFetchHttpLibrary,
  type KubeConfig,
  RequestContext,
  type ResponseContext,
  Watch,
} from '@kubernetes/client-node';
import { ClientNodeCredentials } from './client-node-credentials';
import { KubernetesFault } from '../port/kubernetes-fault';
import type { KubernetesRest, RestAnswer, RestRequest, WatchEnd, WatchEvent } from '../rest/kubernetes-rest';
import { unreachable } from '../rest/unreachable';

/** Of one call, from connecting to the last byte: the API server's own bound of a request is 60 s by default. */
const CALL_TIMEOUT_MS = 60_000;

/** Who the API server, its audit log and `managedFields` say that we are. */
export interface ClientName {
  readonly userAgent: string;
  readonly fieldManager: string;
}

export class ClientNodeRest implements KubernetesRest {
  private readonly http = new IsomorphicFetchHttpLibrary();
  private readonly credentials: ClientNodeCredentials;
  private readonly closing = new AbortController();

  constructor(
    private readonly config: KubeConfig,
    private readonly clock: Clock,
    private readonly client: ClientName,
    private readonly callTimeoutMs = CALL_TIMEOUT_MS,
  ) {
    this.credentials = new ClientNodeCredentials(config, clock, client.userAgent);
  }

  /** Base URL. */
  get server(): string {
    return this.config.getCurrentCluster()?.server ?? '';
  }

  async call(request: RestRequest): Promise<RestAnswer> {
    const timeout = new AbortController();
    const abort = (): void => timeout.abort(new Error(`no answer within ${this.callTimeoutMs} ms`));
    const cancel = this.clock.after(this.callTimeoutMs, abort);
    this.closing.signal.addEventListener('abort', abort);
    try {
      this.assertOpen();
      return await answerOf(await this.send(request, timeout.signal));
    } catch (cause) {
      this.assertOpen();
      throw cause instanceof KubernetesFault ? cause : unreachable(cause, this.server);
    } finally {
      cancel();
      this.closing.signal.removeEventListener('abort', abort);
    }
  }

  /**
   * The library's Watch swallows what its callback throws, and cannot be aborted before the server answered; both are
   * made good here.
   */
  watch(
    path: string,
    query: Readonly<Record<string, string>>,
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
    onOpen?: () => void,
  ): Promise<WatchEnd> {
    return new Promise((resolve, reject) => {
      let over = false;
      let stream: AbortController | undefined;
      const finish = (settle: () => void): void => {
        if (over) return;
        over = true;
        signal.removeEventListener('abort', onAbort);
        stream?.abort();
        settle();
      };
      const onAbort = (): void => finish(() => resolve({ ended: 'closed' }));
      if (signal.aborted || this.closing.signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort);
      const take = (type: string, object: unknown): void => {
        if (over) return;
        try {
          onEvent({ type: type as WatchEvent['type'], object });
        } catch (bug) {
          finish(() => reject(bug));
        }
      };
      const done = (cause: unknown): void => finish(() => resolve(watchEndOf(cause, this.server)));
      new Watch(this.credentials.asKubeConfig()).watch(path, query, take, done).then((controller) => {
        stream = controller;
        if (over) controller.abort();
        else onOpen?.();
      }, done);
    });
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.credentials.close();
  }

  /** The answer as it came, headers and all. @throws whatever the library does */
  ask(path: string, signal: AbortSignal): Promise<ResponseContext> {
    return this.send({ method: 'GET', path }, signal);
  }

  private async send(request: RestRequest, signal: AbortSignal): Promise<ResponseContext> {
    const isWrite = request.method !== 'GET' && request.method !== 'DELETE';
    const query = { ...request.query, ...(isWrite && { fieldManager: this.client.fieldManager }) };
    const search = Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : '';
    const url = `${this.server}${request.path}${search}`;
    const context = new RequestContext(url, HttpMethod[request.method]);
    context.setHeaderParam('Accept', 'application/json');
    if (request.body !== undefined) {
      context.setHeaderParam('Content-Type', request.contentType ?? 'application/json');
      context.setBody(JSON.stringify(request.body));
    }
    await this.credentials.apply(context);
    context.setSignal(signal);
    return this.http.send(context).toPromise();
  }

  private assertOpen(): void {
    if (this.closing.signal.aborted)
      throw new KubernetesFault('kubernetes-closed', 'the connection to Kubernetes was closed', false);
  }
}

async function answerOf(response: ResponseContext): Promise<RestAnswer> {
  const text = await response.body.text();
  const isJson = (response.headers['content-type'] ?? '').startsWith('application/json');
  return { status: response.httpStatusCode, body: isJson ? JSON.parse(text) : { message: text.trim() } };
}

function watchEndOf(cause: unknown, server: string): WatchEnd {
  if (!cause || (cause instanceof Error && cause.name === 'TimeoutError')) return { ended: 'closed' };
  const status = (cause as { readonly statusCode?: unknown }).statusCode;
  if (typeof status === 'number') return { ended: 'refused', status, message: (cause as Error).message };
  return { ended: 'broken', fault: unreachable(cause, server) };
}
