// Calls a Holdfast server over HTTP, operation by operation: for the command line, and for tests. Neither
// retries nor times out by itself; the caller passes a signal.
import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { fromJson } from '@bufbuild/protobuf';
import { FORMER_REJECTION_CODES, type RejectionCode } from '@holdfast/ipam';
import { type Rejection, RejectionSchema } from '../contract';
import type { Operation } from '../operation';
import { type OperationName, type Operations, operations } from '../operations';
import { FAULT_STATUS, type FaultCode, isFaultCode } from '../status';
import { CallFault } from './call-fault';
import { httpCall } from './http-call';

export interface HttpClientOptions {
  /** Of the server: "http://127.0.0.1:8080". */
  readonly baseUrl: string;
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: typeof fetch;
}

/** A code that is newer than this client is passed on as it came, one of an older server by the name that it has today. */
export interface ReceivedRejection {
  readonly code: RejectionCode | (string & Record<never, never>);
  readonly message: string;
  readonly facts: Readonly<Record<string, string>>;
}

export type CallOutcome<Response> =
  | { readonly reply: Response; readonly rejected?: undefined }
  | { readonly rejected: ReceivedRejection; readonly reply?: undefined };

type RequestOf<It> = It extends Operation<infer Request> ? MessageInitShape<Request> : never;
type ResponseOf<It> = It extends Operation<DescMessage, infer Response> ? MessageShape<Response> : never;

export class HttpClient {
  private readonly fetch: typeof fetch;

  constructor(private readonly options: HttpClientOptions) {
    this.fetch = options.fetch ?? globalThis.fetch;
  }

  /**
   * @throws CallFault when the server could not, could not be reached, or did not answer as the contract says
   * @throws DOMException `AbortError` or `TimeoutError` when `signal` says so
   */
  async call<Name extends OperationName>(
    name: Name,
    request: RequestOf<Operations[Name]>,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<CallOutcome<ResponseOf<Operations[Name]>>> {
    const operation: Operation = operations[name];
    const { status, text } = await this.send(operation, request, signal);
    const isOk = status === 200;
    const json = parseJson(text, status);
    if (!isOk) return { rejected: rejectionOf(read(RejectionSchema, json, status), status) };
    return { reply: read(operation.response, json, status) as ResponseOf<Operations[Name]> };
  }

  private async send(
    operation: Operation,
    request: MessageInitShape<DescMessage>,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const { method, path, body } = httpCall(operation, request);
    const headers = {
      ...this.options.headers,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const url = this.options.baseUrl.replace(/\/+$/, '') + path;
    try {
      const response = await this.fetch(url, { method, body, headers, signal, redirect: 'error' });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      if (signal?.aborted) throw error;
      const reason = ((error as Error).cause as Error | undefined)?.message ?? (error as Error).message;
      const message = `${this.options.baseUrl} cannot be reached: ${reason}`;
      throw new CallFault('Unavailable', message, true, {}, { cause: error });
    }
  }
}

/** Whoever answers in another form is a proxy, or no Holdfast. */
const FAULT_OF_STATUS = new Map<number, FaultCode>(
  (['Overloaded', 'Unavailable', 'DeadlineExceeded'] as const).map((code) => [FAULT_STATUS[code].http, code]),
).set(502, 'Unavailable');

function notAsAgreed(status: number, cause?: unknown): CallFault {
  const code = FAULT_OF_STATUS.get(status) ?? 'Internal';
  const message = `HTTP status ${status}, with a body that is none of Holdfast's`;
  return new CallFault(code, message, FAULT_STATUS[code].retryable, {}, { cause });
}

function parseJson(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notAsAgreed(status, error);
  }
}

/** A newer server may say more than this client knows. */
function read<Desc extends DescMessage>(schema: Desc, json: unknown, status: number): MessageShape<Desc> {
  try {
    return fromJson(schema, json as never, { ignoreUnknownFields: true });
  } catch (error) {
    throw notAsAgreed(status, error);
  }
}

function rejectionOf({ code, message, facts, retryable }: Rejection, status: number): ReceivedRejection {
  if (code === '') throw notAsAgreed(status);
  if (isFaultCode(code)) throw new CallFault(code, message, retryable, facts);
  if (retryable) throw new CallFault('Unavailable', `${code}: ${message}`, true, facts);
  return { code: FORMER_REJECTION_CODES[code] ?? code, message, facts };
}
