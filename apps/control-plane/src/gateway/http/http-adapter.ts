// Fastify as the gateway needs it: bodies come as bytes, and are read by libs/api alone.
import type { RequestListener, Server } from 'node:http';
import { MESSAGE_BYTES_MAX } from '@holdfast/api';
import { FastifyAdapter } from '@nestjs/platform-fastify';

/** As long as Node lets a request line be: a name that is too long is refused in our own words. */
const PATH_FIELD_MAX = 16_384;

export interface HttpAdapterOptions {
  /** Whether stopping ends connections that are kept open for a next request. */
  readonly forceCloseConnections?: boolean;
  /** Makes the server of its requests; without it, Fastify does. */
  readonly serverFactory?: (answer: RequestListener) => Server;
}

export function httpAdapter(options: HttpAdapterOptions = {}): FastifyAdapter {
  const adapter = new FastifyAdapter({ ...options, routerOptions: { maxParamLength: PATH_FIELD_MAX } });
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  // What is larger than a message may be is refused in our own words; far larger, by Fastify.
  const bodies = { parseAs: 'buffer', bodyLimit: MESSAGE_BYTES_MAX * 2 } as const;
  fastify.addContentTypeParser('*', bodies, (_request, body, done) => done(null, body));
  return adapter;
}
