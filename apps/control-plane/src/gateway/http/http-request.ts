// HTTP/JSON: every operation of the contract under /v1, and the OpenAPI document that describes them.
import {
  CONTENT_TYPES,
  type Handlers,
  MESSAGE_BYTES_MAX,
  type Operation,
  type Refusal,
  codingOf,
  encodeReply,
  fault,
  findHttpOperation,
  presentRefusal,
  readHttpRequest,
} from '@holdfast/api';
import { openapi } from '@holdfast/api/openapi';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { call } from './call';
import type { Caller } from './caller';

type Fastify = ReturnType<ReturnType<NestFastifyApplication['getHttpAdapter']>['getInstance']>;
interface Request {
  readonly method: string;
  readonly url: string;
  readonly ip: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}
interface Response {
  readonly status: number;
  readonly payload: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export function serveHttp(fastify: Fastify, handlers: Handlers<Caller>): void {
  const document = JSON.stringify(openapi());
  fastify.removeAllContentTypeParsers();
  // Read by libs/api alone, so that every door refuses the same.
  const bodies = { parseAs: 'buffer', bodyLimit: MESSAGE_BYTES_MAX * 2 } as const;
  fastify.addContentTypeParser('*', bodies, (_request, body, done) => done(null, body));
  fastify.get('/openapi.json', (_request, reply) => reply.type('application/json').send(document));
  fastify.all('/v1/*', async (request, reply) => {
    const { status, payload, headers = {} } = await answer(handlers, request);
    return reply.code(status).headers(headers).type(CONTENT_TYPES.json).send(Buffer.from(payload));
  });
}

async function answer(handlers: Handlers<Caller>, request: Request): Promise<Response> {
  const [path = '', query] = splitUrl(request.url);
  const found = findHttpOperation(request.method, path);
  if (!found.operation) return noOperation(request, path, found.methodsAllowed);
  const { operation, pathFields } = found;
  const body = request.body instanceof Uint8Array ? request.body : undefined;
  const coding = codingOf(body && header(request, 'content-type'));
  if (coding.rejected) return refused(coding.rejected);
  if (coding.coding !== 'json') {
    return refused(
      fault('Unimplemented', 'HTTP is spoken in JSON here; binary messages go over gRPC or NATS.').rejected,
      415,
    );
  }
  const read = readHttpRequest(operation as Operation, { pathFields, query, body });
  if (read.rejected) return refused(read.rejected);
  const answered = await call(handlers, operation, read.meaning, {
    through: 'http',
    name: `http:${request.ip}`,
  });
  return answered.rejected
    ? refused(answered.rejected)
    : { status: 200, payload: encodeReply(operation, answered.reply, 'json') };
}

function noOperation({ method }: Request, path: string, methodsAllowed: readonly string[]): Response {
  if (methodsAllowed.length === 0) {
    return refused(
      fault('Unimplemented', `There is no ${path}; /openapi.json says what there is.`, { path }).rejected,
    );
  }
  const allow = methodsAllowed.join(', ');
  const { rejected } = fault('Unimplemented', `${path} knows ${allow}, not ${method}.`, { path, allow });
  return { ...refused(rejected, 405), headers: { allow } };
}

function refused(refusal: Refusal, httpStatus?: number): Response {
  const { status, payload } = presentRefusal(refusal, 'json');
  return { status: httpStatus ?? status.http, payload };
}

function header(request: Request, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function splitUrl(url: string): [string, string?] {
  const at = url.indexOf('?');
  return at < 0 ? [url] : [url.slice(0, at), url.slice(at + 1)];
}
