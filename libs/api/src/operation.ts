// What an operation is: one rpc of the contract with its places on the three transports and what its request
// means. The three transports are loops over the table of these in ./operations.
import type { DescMessage, DescMethod, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { Checked } from './checked';
import type { Decided } from './decided';
import type { Refusal } from './status';
import { SUBJECT_PREFIX } from './subjects';
import { type HttpMethod, type Route, route } from './route';

export interface Operation<
  Request extends DescMessage = DescMessage,
  Response extends DescMessage = DescMessage,
  Meaning = unknown,
> {
  /** As in the contract: "DefineSubnet". */
  readonly name: string;
  /** A command changes the ledger, a query waits for it. */
  readonly kind: 'command' | 'query';
  /** Descriptor of the rpc and, through `parent`, of its service. */
  readonly method: DescMethod;
  readonly request: Request;
  readonly response: Response;
  /** "/holdfast.v1.SubnetService/DefineSubnet" */
  readonly grpcPath: string;
  readonly route: Route;
  /** "holdfast.v1.subnets.define" */
  readonly subject: string;
  /** Its name among the service's endpoints: "subnets-define". */
  readonly natsEndpoint: string;
  /** What the request means, if it is sound. */
  parse(request: MessageShape<Request>): Checked<Meaning>;
}

type Rpc<Request extends DescMessage, Response extends DescMessage> = DescMethod & {
  readonly input: Request;
  readonly output: Response;
};

export interface CommandOperation<
  Request extends DescMessage = DescMessage,
  Response extends DescMessage = DescMessage,
  Meaning = unknown,
> extends Operation<Request, Response, Meaning> {
  /** What the caller is told, once it was decided. */
  present(decided: Decided, meaning: Meaning): MessageInitShape<Response>;
}

export const isCommand = (operation: Operation): operation is CommandOperation =>
  operation.kind === 'command';

type Parse<Request extends DescMessage, Meaning> = (request: MessageShape<Request>) => Checked<Meaning>;

/** A reply has no field that its message has not: the compiler alone would let it pass, and it would be lost. */
type Only<Reply, Response extends DescMessage> = Reply &
  Partial<Record<Exclude<keyof Reply, keyof MessageShape<Response>>, never>>;

export function command<
  Request extends DescMessage,
  Response extends DescMessage,
  Meaning,
  Reply extends MessageInitShape<Response>,
>(
  method: Rpc<Request, Response>,
  http: `${HttpMethod} /${string}`,
  subject: `${string}.${string}`,
  parse: Parse<Request, Meaning>,
  present: (decided: Decided, meaning: Meaning) => Only<Reply, Response>,
): CommandOperation<Request, Response, Meaning> {
  return { ...define('command', method, http, subject, parse), present };
}

export function query<Request extends DescMessage, Response extends DescMessage, Meaning>(
  method: Rpc<Request, Response>,
  http: `${HttpMethod} /${string}`,
  subject: `${string}.${string}`,
  parse: Parse<Request, Meaning>,
): Operation<Request, Response, Meaning> {
  return define('query', method, http, subject, parse);
}

function define<Request extends DescMessage, Response extends DescMessage, Meaning>(
  kind: Operation['kind'],
  method: Rpc<Request, Response>,
  http: `${HttpMethod} /${string}`,
  subject: `${string}.${string}`,
  parse: Parse<Request, Meaning>,
): Operation<Request, Response, Meaning> {
  return {
    name: method.name,
    kind,
    method,
    request: method.input,
    response: method.output,
    grpcPath: `/${method.parent.typeName}/${method.name}`,
    route: route(http),
    subject: `${SUBJECT_PREFIX}.${subject}`,
    natsEndpoint: subject.replaceAll('.', '-'),
    parse,
  };
}

/** What an operation's request means to whoever carries it out. */
export type MeaningOf<It> = It extends Operation<DescMessage, DescMessage, infer Meaning> ? Meaning : never;

/** The reply, as an object literal of its fields. */
export type ReplyOf<It> =
  It extends Operation<DescMessage, infer Response, unknown> ? MessageInitShape<Response> : never;

export type Answer<Reply> =
  | { readonly reply: Reply; readonly rejected?: undefined }
  | { readonly rejected: Refusal; readonly reply?: undefined };
