// The HTTP server of the process: it listens from the first moment on, whoever answers by then. Fastify is handed it, and
// answers once the process serves; it never listens by itself.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class HttpListener {
  private isHandedOver = false;
  private later: RequestListener | undefined;

  private constructor(
    private readonly server: Server,
    private readonly host: string,
  ) {}

  /**
   * @param listen host:port; 0 takes a free one
   * @param answer until it is handed over
   * @throws Error when it cannot be listened there
   */
  static async start(listen: string, answer: RequestListener): Promise<HttpListener> {
    const at = listen.lastIndexOf(':');
    const [port, host] = [Number(listen.slice(at + 1)), listen.slice(0, at).replace(/^\[|\]$/g, '')];
    const server = createServer((request, response) => {
      const { isHandedOver, later } = listener;
      if (isHandedOver && later) later(request, response);
      else answer(request, response);
    });
    const listener = new HttpListener(server, host);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return listener;
  }

  /** For Fastify: its options are of the server that it would have made. */
  readonly serverFactory = (answer: RequestListener): Server => {
    this.later = answer;
    return this.server;
  };

  /** From now on Fastify answers. */
  handOver(): void {
    this.isHandedOver = true;
  }

  /** Base URL. */
  get url(): string {
    const { family, port } = this.server.address() as AddressInfo;
    const host = family === 'IPv6' ? `[${this.host === '::' ? '::1' : this.host}]` : this.host;
    return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
  }

  /**
   * Takes no new connection, and resolves when what is under way is answered.
   * @param isForced ends connections, too, that are kept open for a next request
   */
  close(isForced = false): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      if (isForced) this.server.closeAllConnections();
    });
  }
}
