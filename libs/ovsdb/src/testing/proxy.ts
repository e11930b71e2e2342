// Stands between a client and a server and does to their messages what a test says: refuse a method as an
// older server would, lose a reply, cut the wire. It understands framing and nothing else.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { systemClock } from '@holdfast/clock';
import { CLIENT_DEFAULTS } from '../connection/client-options';
import { dial } from '../connection/dial';
import { JsonFramer } from '../connection/framer';
import { parseRemotes } from '../connection/remote';

export interface ProxiedMessage {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: readonly unknown[];
  readonly result?: unknown;
  readonly error?: unknown;
}

/**
 * What happens to a message: it is passed on; or lost; or both sides are cut off, before or after it is passed
 * on; or the server never sees it and the client gets an answer.
 */
export type ProxyVerdict = 'pass' | 'lose' | 'cut' | 'pass-and-cut' | { readonly error: unknown };

export type Judge = (message: ProxiedMessage, from: 'client' | 'server') => ProxyVerdict;

export class OvsdbProxy {
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly listener: Server,
    private readonly target: string,
    /** May be replaced at any time. */
    public judge: Judge,
  ) {
    listener.on('connection', (client: Socket) => void this.serve(client));
  }

  /** `tcp:` remote. */
  get remote(): string {
    return `tcp:127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  /** Cuts every connection; new ones can be made. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    const closed = once(this.listener, 'close');
    this.listener.close();
    this.cut();
    await closed;
  }

  private async serve(client: Socket): Promise<void> {
    const { signal } = new AbortController();
    this.keep(client);
    const server = await dial(parseRemotes(this.target)[0]!, {
      clock: systemClock,
      connectTimeoutMs: CLIENT_DEFAULTS.connectTimeoutMs,
      signal,
    }).catch(() => undefined);
    if (!server) return void client.destroy();
    this.keep(server);
    this.pipe(client, server, 'client');
    this.pipe(server, client, 'server');
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }

  private pipe(from: Socket, to: Socket, side: 'client' | 'server'): void {
    const framer = new JsonFramer(CLIENT_DEFAULTS.messageBytesMax, (message: ProxiedMessage) => {
      const verdict = this.judge(message, side);
      if (typeof verdict === 'object')
        return void from.write(JSON.stringify({ id: message.id, result: null, error: verdict.error }));
      if (verdict === 'pass' || verdict === 'pass-and-cut') to.write(JSON.stringify(message));
      if (verdict === 'pass-and-cut') to.end(() => from.destroy());
      if (verdict === 'cut') {
        to.destroy();
        from.destroy();
      }
    });
    from.on('data', (chunk: Buffer) => framer.push(chunk));
    from.on('close', () => to.destroy());
  }
}

/** Everything passes until a judge says otherwise. */
export async function startOvsdbProxy(target: string, judge: Judge = () => 'pass'): Promise<OvsdbProxy> {
  const listener = createServer({ noDelay: true }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return new OvsdbProxy(listener, target, judge);
}
