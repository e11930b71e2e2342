// From a Rejection to an HTTP status and its JSON. What is wrong before a controller is found (no such path, another method, a
// body that is too large) is answered in the same form.
import { CONTENT_TYPES, type Refusal, fault, findHttpOperation, presentRefusal } from '@holdfast/api';
import { invalid } from '@holdfast/ipam';
import { type ArgumentsHost, Catch, NotFoundException } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';

export interface HttpAnswer {
  /** Absent: the one that the contract has for the code. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by controllers; no Error, because nobody reads its stack. */
export class RejectionException {
  constructor(
    readonly rejection: Refusal,
    readonly answer: HttpAnswer = {},
  ) {}
}

interface Request {
  readonly method: string;
  readonly url: string;
}
interface Reply {
  code(status: number): Reply;
  headers(headers: Readonly<Record<string, string>>): Reply;
  type(contentType: string): Reply;
  send(payload: Buffer): unknown;
}

@Catch()
export class RejectionFilter extends BaseExceptionFilter {
  override catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const found = toRejectionException(exception, http.getRequest<Request>());
    if (!found) return super.catch(exception, host);
    const { rejection, answer } = found;
    const { status, payload } = presentRefusal(rejection, 'json');
    http
      .getResponse<Reply>()
      .code(answer.status ?? status.http)
      .headers(answer.headers ?? {})
      .type(CONTENT_TYPES.json)
      .send(Buffer.from(payload));
  }
}

function toRejectionException(exception: unknown, request: Request): RejectionException | undefined {
  if (exception instanceof RejectionException) return exception;
  const path = request.url.split('?', 1)[0] as string;
  if (exception instanceof NotFoundException && isRoutingFault(exception, request))
    return noSuchOperation(request.method, path);
  const { statusCode, code } = (exception ?? {}) as { statusCode?: number; code?: string };
  if (typeof statusCode !== 'number' || !code?.startsWith('FST_')) return undefined;
  const message = `could not be read: ${(exception as Error).message}`;
  return new RejectionException(invalid('request', message).rejected, { status: statusCode });
}

/** Nest's own words for a path that no controller has; a controller's NotFoundException has others. */
const isRoutingFault = ({ message }: NotFoundException, { method, url }: Request): boolean =>
  message === `Cannot ${method} ${url}`;

function noSuchOperation(method: string, path: string): RejectionException {
  const found = findHttpOperation(method, path);
  const methodsAllowed = found.operation ? [] : found.methodsAllowed;
  if (methodsAllowed.length === 0) {
    const message = `No such path: ${path}; see /openapi.json.`;
    return new RejectionException(fault('Unimplemented', message, { path }).rejected, { status: 404 });
  }
  const allow = methodsAllowed.join(', ');
  const message = `Method ${method} not allowed on ${path}; allowed: ${allow}.`;
  return new RejectionException(fault('Unimplemented', message, { path, allow }).rejected, {
    ...{ status: 405, headers: { allow } },
  });
}
