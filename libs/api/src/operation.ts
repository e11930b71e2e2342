// What an operation is: one rpc of the contract with its places on the three transports and what its request
// means. The three transports are loops over the table of these in ./operations.
import type { DescMessage, DescMethod, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { Checked } from './checked';
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

export const command = definer('command');
export const query = definer('query');

function definer(kind: Operation['kind']) {
  return <Request extends DescMessage, Response extends DescMessage, Meaning>(
    method: Rpc<Request, Response>,
    http: `${HttpMethod} /${string}`,
    subject: `${string}.${string}`,
    parse: (request: MessageShape<Request>) => Checked<Meaning>,
  ): Operation<Request, Response, Meaning> => ({
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
  });
}

/** What an operation's request means to whoever carries it out. */
export type MeaningOf<It> = It extends Operation<DescMessage, DescMessage, infer Meaning> ? Meaning : never;

/** The reply, as an object literal of its fields. */
export type ReplyOf<It> =
  It extends Operation<DescMessage, infer Response, unknown> ? MessageInitShape<Response> : never;

export type Answer<Reply> =
  | { readonly reply: Reply; readonly rejected?: undefined }
  | { readonly rejected: Refusal; readonly reply?: undefined };
