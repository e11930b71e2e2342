// The server, operation by operation: every call delivered surely, every list to its end. Loaded only when a server
// is asked: help and completion do without the contract and start in half the time.
import { type MessageShape, create, toJson } from '@bufbuild/protobuf';
import {
  type Operation,
  type OperationName,
  type Operations,
  operations,
  rejectionMessage,
} from '@holdfast/api';
import { CallFault, HttpClient, type ReceivedRejection } from '@holdfast/api/http-client';
import { type Delivery, deliver } from './deliver';
import type { Io } from './io';
import type { CliOutcome, CallRefusal } from './outcome';

export type Request<Name extends OperationName> = Parameters<typeof HttpClient.prototype.call<Name>>[1];
export type ReplyTo<Name extends OperationName> = MessageShape<Operations[Name]['response']>;

/** By list, the field that its entries are in. */
const ENTRIES = {
  ListSubnets: 'subnets',
  ListPools: 'pools',
  ListReservations: 'reservations',
  ListVips: 'vips',
  ListRules: 'rules',
  GetHistory: 'events',
} as const;
export type ListName = keyof typeof ENTRIES;

/** The most that the server gives at once. */
const PAGE_SIZE = 1000;
/** Ten million entries: more than a subnet of 2^23 addresses can have, and less than memory holds. */
const PAGES_MAX = 10_000;

export class RemoteLedger {
  private readonly client: HttpClient;
  private readonly delivery: Delivery;

  constructor(baseUrl: string, { fetch, clock, chance }: Io, timeoutMs: number) {
    this.client = new HttpClient({ baseUrl, ...(fetch && { fetch }) });
    this.delivery = { clock, chance, timeoutMs };
  }

  async call<Name extends OperationName>(
    name: Name,
    request: Request<Name>,
  ): Promise<CliOutcome<ReplyTo<Name>>> {
    const unsound = refuseUnsound(name, request);
    if (unsound) return { refusal: unsound };
    try {
      const outcome = await deliver((signal) => this.client.call(name, request, { signal }), this.delivery);
      return outcome.rejected
        ? { refusal: ofRejection(outcome.rejected) }
        : { reply: outcome.reply as unknown as ReplyTo<Name> };
    } catch (error) {
      if (error instanceof CallFault) return { refusal: ofFault(error) };
      throw error;
    }
  }

  /** All pages as one reply, which reflects the position of the first. */
  async callForAll<Name extends ListName>(
    name: Name,
    request: Request<Name>,
  ): Promise<CliOutcome<ReplyTo<Name>>> {
    const outcome = await this.call(name, { ...request, pageSize: PAGE_SIZE });
    if (outcome.refusal) return outcome;
    const whole = outcome.reply;
    const entries = entriesOf(name, whole);
    for (let pages = 1; whole.nextPageToken !== ''; pages += 1) {
      if (pages === PAGES_MAX) return { refusal: endless(name) };
      const { nextPageToken: pageToken } = whole;
      const next = await this.call(name, { ...request, pageSize: PAGE_SIZE, pageToken });
      if (next.refusal) return next;
      for (const entry of entriesOf(name, next.reply)) entries.push(entry);
      whole.nextPageToken = next.reply.nextPageToken;
    }
    return outcome;
  }

  /** As the server told it: one JSON document, in the contract's own JSON. */
  json<Name extends OperationName>(name: Name, reply: ReplyTo<Name>): string {
    return JSON.stringify(toJson(operations[name].response, reply, { alwaysEmitImplicit: true }), null, 2);
  }
}

const entriesOf = <Name extends ListName>(name: Name, reply: ReplyTo<Name>): unknown[] =>
  (reply as Record<string, unknown>)[ENTRIES[name]] as unknown[];

/**
 * What the server would refuse as malformed, in its own words. Found out here, because what a path is made of must
 * be sound before it becomes one: an empty name or `..` would be the path of something else.
 */
function refuseUnsound<Name extends OperationName>(
  name: Name,
  request: Request<Name>,
): CallRefusal | undefined {
  const operation: Operation = operations[name];
  const { invalid } = operation.parse(create(operation.request, request));
  if (!invalid) return undefined;
  const { field } = invalid;
  const rejection = {
    code: 'InvalidArgument',
    message: `${field}: ${invalid.message}`,
    facts: { field },
  } as const;
  const { code, message, facts } = rejectionMessage(rejection, 'json');
  return { code, message, facts, retryable: false, isFault: false };
}

const ofRejection = ({ code, message, facts }: ReceivedRejection): CallRefusal => ({
  code,
  message,
  facts: facts as CallRefusal['facts'],
  retryable: false,
  isFault: false,
});

const ofFault = ({ code, message, facts, retryable, cause }: CallFault): CallRefusal => ({
  code,
  message,
  facts,
  retryable,
  isFault: true,
  // A server's own fault comes as a message; any other has an error behind it.
  isNobodyThere: cause !== undefined,
});

const endless = (name: ListName): CallRefusal => ({
  code: 'Internal',
  message: `${name} has no end after ${PAGES_MAX} pages; narrow it down`,
  facts: {},
  retryable: false,
  isFault: true,
});
