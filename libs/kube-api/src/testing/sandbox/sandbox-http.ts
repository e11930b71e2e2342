// The sandbox's wire: HTTP/1.1 in and out, watch events as lines of JSON.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sleep } from '@holdfast/clock';
import { parseYaml } from '../servers/yaml';
import { EMPTY_OPENAPI } from './requests/discovery';
import { badRequest, StatusFailure } from './definitions/status-failure';
import { type ClusterAnswer, type ClusterRequest, SandboxCluster } from './sandbox-cluster';
import type { SandboxFaults } from './sandbox-faults';
import { WatchStream } from './requests/watch-stream';

/** kube-apiserver's own limit of a request body. */
const BODY_BYTES_MAX = 3 * 1024 * 1024;

export class SandboxHttp {
  constructor(
    private readonly cluster: SandboxCluster,
    private readonly faults: SandboxFaults,
  ) {}

  /** Never rejects: what goes wrong is answered. */
  async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const request = await requestOf(incoming);
      if (this.faults.delayMs > 0) await sleep(this.faults.clock, this.faults.delayMs);
      const refusal = this.faults.refusalOf(request);
      if (refusal) throw refusal;
      if (['/healthz', '/livez', '/readyz'].includes(request.path)) return sendText(response, 200, 'ok');
      if (request.path === '/openapi/v2') return sendOpenApi(request, response);
      if (SandboxCluster.isWatch(request)) return this.serveWatch(request, response);
      send(response, this.cluster.handle(request));
    } catch (thrown) {
      const refusal =
        thrown instanceof StatusFailure ? thrown : new StatusFailure(500, 'InternalError', String(thrown));
      send(response, { status: refusal.code, body: refusal.body });
    }
  }

  private serveWatch(request: ClusterRequest, response: ServerResponse): void {
    const begin = (): void => {
      if (response.headersSent) return;
      response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
      response.flushHeaders();
    };
    const stream = this.cluster.watch(request, {
      event: (event) => {
        begin();
        response.write(`${JSON.stringify(event)}\n`);
      },
      end: () => {
        begin();
        response.end();
      },
    });
    if (!(stream instanceof WatchStream)) return send(response, stream);
    begin();
    response.on('close', () => stream.close());
    if (this.faults.hangsUp) stream.end();
  }
}

async function requestOf(incoming: IncomingMessage): Promise<ClusterRequest> {
  const url = new URL(incoming.url ?? '/', 'http://sandbox');
  const contentType = (incoming.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';
  const text = await bodyOf(incoming);
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    accept: incoming.headers.accept ?? '*/*',
    contentType,
    body: text === '' ? undefined : parse(text, contentType),
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX)
      throw new StatusFailure(413, 'RequestEntityTooLarge', `limit is ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** kubectl sends JSON whatever the file was; YAML comes from people with curl. */
function parse(text: string, contentType: string): unknown {
  if (contentType.includes('protobuf'))
    throw new StatusFailure(415, 'UnsupportedMediaType', 'protobuf is not understood');
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!contentType.includes('yaml')) throw badRequest(`json parse error: ${(cause as Error).message}`);
  }
  try {
    return parseYaml(text);
  } catch (cause) {
    throw badRequest(`error converting YAML to JSON: ${(cause as Error).message}`);
  }
}

function send(response: ServerResponse, { status, body }: ClusterAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

function sendOpenApi(request: ClusterRequest, response: ServerResponse): void {
  if (request.accept.includes('protobuf')) {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.end(EMPTY_OPENAPI);
  } else
    send(response, { status: 200, body: { swagger: '2.0', info: { title: 's', version: '1' }, paths: {} } });
}
