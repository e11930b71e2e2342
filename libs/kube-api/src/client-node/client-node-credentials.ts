// Who we are, and the connections that say so. The library makes a new connection pool for every request; here one is
// kept, and renewed now and then, because certificates on disk are.
import type { Clock } from '@holdfast/clock';
import { HttpMethod, type KubeConfig, RequestContext } from '@kubernetes/client-node';

type Dispatcher = NonNullable<ReturnType<RequestContext['getDispatcher']>>;

/** Certificates are renewed hours before they are over; so this is soon enough, and costs one handshake. */
const POOL_AGE_MAX_MS = 600_000;

export class ClientNodeCredentials {
  private pool: { readonly dispatcher: Dispatcher | undefined; readonly bornMs: number } | undefined;
  private readonly retired = new Set<Dispatcher>();

  constructor(
    private readonly config: KubeConfig,
    private readonly clock: Clock,
    private readonly userAgent: string,
  ) {}

  /** Adds headers (tokens are read anew as the library sees fit) and the shared connections. */
  async apply(context: RequestContext): Promise<void> {
    const own = new RequestContext(context.getUrl(), HttpMethod.GET);
    await this.config.applySecurityAuthentication(own);
    for (const [name, value] of Object.entries(own.getHeaders())) context.setHeaderParam(name, value);
    context.setHeaderParam('User-Agent', this.userAgent);
    const dispatcher = this.shared(own.getDispatcher());
    if (dispatcher) context.setDispatcher(dispatcher);
  }

  /** The same for parts of the library that want a KubeConfig. */
  asKubeConfig(): KubeConfig {
    return Object.create(this.config, {
      applySecurityAuthentication: { value: (context: RequestContext) => this.apply(context) },
    }) as KubeConfig;
  }

  async close(): Promise<void> {
    const all = [...this.retired, this.pool?.dispatcher];
    this.retired.clear();
    this.pool = undefined;
    await Promise.all(all.map((dispatcher) => dispatcher?.destroy()));
  }

  private shared(fresh: Dispatcher | undefined): Dispatcher | undefined {
    const nowMs = this.clock.monotonic();
    if (this.pool && nowMs - this.pool.bornMs < POOL_AGE_MAX_MS) return this.pool.dispatcher;
    const old = this.pool?.dispatcher;
    this.pool = { dispatcher: fresh, bornMs: nowMs };
    if (old) this.retire(old);
    return fresh;
  }

  /** Lets its streams end by themselves: a watch lives ten minutes at most. */
  private retire(dispatcher: Dispatcher): void {
    this.retired.add(dispatcher);
    void dispatcher.close().finally(() => this.retired.delete(dispatcher));
  }
}
