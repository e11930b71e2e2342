// A network that loses replies: passes each request on to the server, and breaks the connection instead of answering
// for the first of them.
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface LossyProxy {
  /** Base URL. */
  readonly server: string;
  /** Requests that came. */
  readonly deliveries: () => number;
  stop(): Promise<void>;
}

/** @param lost how many replies never arrive */
export async function startLossyProxy(server: string, lost: number): Promise<LossyProxy> {
  let deliveries = 0;
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    deliveries += 1;
    const isLost = deliveries <= lost;
    const answer = await fetch(server + (request.url ?? ''), {
      method: request.method ?? 'GET',
      ...(request.method === 'POST' && {
        headers: { 'content-type': 'application/json' },
        body: await text(request),
      }),
    });
    const body = await answer.text();
    if (isLost) response.destroy();
    else response.writeHead(answer.status).end(body);
  };
  const proxy = createServer((request, response) => void pass(request, response));
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  return {
    server: `http://127.0.0.1:${port}`,
    deliveries: () => deliveries,
    stop: async () => {
      const closed = once(proxy, 'close');
      proxy.close();
      proxy.closeAllConnections();
      await closed;
    },
  };
}
