// The Streams service of the contract server: what comes over the wire, done to the log, and answered. Which calls are to fail is
// said by its faults; it listens nowhere itself.
// eslint-disable-next-line @nx/enforce-module-boundaries -- a server for tests; the adapter itself brings no gRPC of ours
import type * as grpc from '@grpc/grpc-js';
import type { IStreamsServer } from '@eventstore/db-client/generated/streams_grpc_pb';
import {
  AppendReq,
  type AppendResp,
  type BatchAppendReq,
  type BatchAppendResp,
  type DeleteReq,
  type DeleteResp,
  type ReadReq,
  ReadResp,
  type TombstoneReq,
  type TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb';
import { append, type Expected, type LogWrite, type RecentIds } from './contract-append';
import type { ContractFaults } from './contract-misbehaviour';
import {
  appendTooLarge,
  ContractFault,
  HANDLER_THREW,
  streamDeleted,
  wrongVersionOfDelete,
} from './contract-faults';
import { type ContractLog, DELETED, type LogEvent, type Proposed } from './contract-log';
import {
  appendResponse,
  batchResponse,
  checkpointAt,
  deletedAt,
  eventResponse,
  expectedIn,
  expectedOfBatch,
  proposedOf,
  tombstonedAt,
  utf8Of,
  versionOf,
} from './contract-messages';
import { answersToRead, filterOf, missedBySubscriber } from './contract-reads';

/** Records that a filtered subscription looks at before it says how far it is. */
const CHECKPOINT_RECORDS = 32;

type Handlers = Pick<IStreamsServer, 'append' | 'batchAppend' | 'delete' | 'tombstone' | 'read'>;

export class ContractStreams {
  private readonly recent: RecentIds = new Map();

  constructor(
    private readonly log: ContractLog,
    private readonly faults: ContractFaults,
    private readonly chance: { uuid(): string },
  ) {}

  /** As gRPC wants them: own functions of a plain object. */
  handlers(): Handlers {
    return {
      append: (call, reply) => this.append(call, reply),
      batchAppend: (call) => this.batchAppend(call),
      delete: (call, reply) => answer(reply, () => this.delete(call)),
      tombstone: (call, reply) => answer(reply, () => this.tombstone(call)),
      read: (call) => this.read(call),
    };
  }

  private append(
    call: grpc.ServerReadableStream<AppendReq, AppendResp>,
    reply: grpc.sendUnaryData<AppendResp>,
  ): void {
    let options = new AppendReq.Options();
    const messages: AppendReq.ProposedMessage[] = [];
    call.on('data', (request: AppendReq) => {
      options = request.getOptions() ?? options;
      const message = request.getProposedMessage();
      if (message) messages.push(message);
    });
    const finish = (): void =>
      this.faults.onAppend(
        () => {
          const stream = utf8Of(options.getStreamIdentifier());
          const expected = expectedIn(options);
          return appendResponse(this.write(stream, expected, messages), expected, stream);
        },
        (work) => answer(reply, work),
      );
    // A connection that breaks in the middle of a request looks like its end, until the next turn of the event loop.
    call.on('end', () => setImmediate(() => call.cancelled || finish()));
  }

  /** @throws ContractFault */
  private write(
    stream: string,
    expected: Expected,
    messages: readonly (AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage)[],
  ): LogWrite {
    if (stream === '' || stream === '$$') throw HANDLER_THREW;
    const proposed = messages.map(proposedOf);
    const { maxAppendBytes } = this.faults;
    const bytes = proposed.reduce((sum, { data }) => sum + data.length, 0);
    if (bytes > maxAppendBytes) throw appendTooLarge(maxAppendBytes);
    return append(this.log, this.recent, stream, expected, proposed);
  }

  /** Each append comes in one or more requests of one correlation id, the last of which says so. */
  private batchAppend(call: grpc.ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void {
    const begun = new Map<
      string,
      { options: BatchAppendReq.Options; messages: BatchAppendReq.ProposedMessage[] }
    >();
    call.on('data', (request: BatchAppendReq) => {
      const correlation = request.getCorrelationId()?.getString() ?? '';
      const one = begun.get(correlation) ?? { options: request.getOptions()!, messages: [] };
      begun.set(correlation, one);
      one.messages.push(...request.getProposedMessagesList());
      if (!request.getIsFinal()) return;
      begun.delete(correlation);
      const identifier = one.options.getStreamIdentifier();
      const written = orFault(() =>
        this.write(utf8Of(identifier), expectedOfBatch(one.options), one.messages),
      );
      call.write(batchResponse(written, request.getCorrelationId(), identifier));
    });
    call.on('end', () => call.end());
  }

  private delete(call: grpc.ServerUnaryCall<DeleteReq, DeleteResp>): DeleteResp {
    const stream = this.assertExpected(call.request.getOptions()!, 'exists');
    const data = Buffer.from(`{"$tb":${DELETED}}`);
    const [written] = this.log.write(`$$${stream}`, [{ ...this.metadataEvent(), data }]);
    return deletedAt((written as LogEvent).position);
  }

  private tombstone(call: grpc.ServerUnaryCall<TombstoneReq, TombstoneResp>): TombstoneResp {
    const stream = this.assertExpected(call.request.getOptions()!, 'may be missing');
    return tombstonedAt(this.log.tombstone(stream, this.chance.uuid()).position);
  }

  /** @throws ContractFault */
  private assertExpected(
    options: DeleteReq.Options | TombstoneReq.Options,
    stand: 'exists' | 'may be missing',
  ): string {
    const stream = utf8Of(options.getStreamIdentifier());
    const expected = expectedIn(options);
    const current = this.log.lastOf(stream);
    if (current === DELETED) throw streamDeleted(stream);
    const isExpected =
      typeof expected === 'bigint'
        ? current === expected
        : current >= 0n || (expected === 'any' && stand === 'may be missing');
    if (!isExpected) throw wrongVersionOfDelete(stream, versionOf(expected), String(current));
    return stream;
  }

  private metadataEvent(): Proposed {
    const nothing = new Uint8Array();
    const id = this.chance.uuid();
    return { id, type: '$metadata', contentType: 'application/json', data: nothing, metadata: nothing };
  }

  private read(call: grpc.ServerWritableStream<ReadReq, ReadResp>): void {
    const options = call.request.getOptions()!;
    try {
      if (options.hasSubscription()) return this.subscribe(call, options);
      for (const response of answersToRead(this.log, options)) call.write(response);
      call.end();
    } catch (thrown) {
      call.emit('error', asStatus(thrown));
    }
  }

  private subscribe(call: grpc.ServerWritableStream<ReadReq, ReadResp>, options: ReadReq.Options): void {
    const matches = filterOf(options);
    const stream = options.getStream();
    const ofStream = stream && utf8Of(stream.getStreamIdentifier());
    const filter = options.getFilter();
    const every = CHECKPOINT_RECORDS * (filter?.getCheckpointintervalmultiplier() || 1);
    let looked = 0;
    const send = (events: readonly LogEvent[]): void => {
      for (const event of events) {
        if (ofStream !== undefined && event.stream !== ofStream) continue;
        if (matches(event)) call.write(eventResponse(event));
        looked += 1;
        if (filter && looked % every === 0) call.write(checkpointAt(event.position));
      }
    };
    const missed = missedBySubscriber(this.log, options);
    const id = new ReadResp.SubscriptionConfirmation().setSubscriptionId(this.chance.uuid());
    call.write(new ReadResp().setConfirmation(id));
    send(missed);
    call.write(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));
    let next = this.log.endPosition;
    const stop = this.log.listen(() => {
      const from = next;
      next = this.log.endPosition;
      send(this.log.all.slice(this.log.indexFrom(from)));
    });
    call.on('cancelled', stop);
    call.on('close', stop);
  }
}

/** Does it, and answers with what came of it. */
function answer<Response>(reply: grpc.sendUnaryData<Response>, work: () => Response): void {
  let response: Response;
  try {
    response = work();
  } catch (thrown) {
    return reply(asStatus(thrown));
  }
  reply(null, response);
}

function orFault<Result>(work: () => Result): Result | ContractFault {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof ContractFault) return thrown;
    throw thrown;
  }
}

function asStatus(thrown: unknown): Error & Partial<grpc.StatusObject> {
  if (!(thrown instanceof ContractFault)) throw thrown;
  return Object.assign(new Error(thrown.details), thrown.status);
}
