// A server of EventStoreDB's Streams protocol over gRPC, made of the client's own generated code and a log in memory.
// It checks our adapter and the wire: it is NOT EventStoreDB, and says nothing about how the real server behaves. For
// that the same suite runs against a real one, named by EVENTSTOREDB_URL.
// eslint-disable-next-line @nx/enforce-module-boundaries -- a server for tests; the adapter itself brings no gRPC of ours
import * as grpc from '@grpc/grpc-js';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import type { Empty } from '@eventstore/db-client/generated/shared_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import {
  AppendReq,
  type AppendResp,
  type BatchAppendReq,
  type BatchAppendResp,
  type ReadReq,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb';
import { ContractLog, type LogEvent, type Proposed } from './eventstoredb/contract-log';
import {
  appendResponse,
  batchResponse,
  eventResponse,
  expectedOfAppend,
  expectedOfBatch,
  notFoundResponse,
  proposedOf,
  utf8Of,
} from './eventstoredb/contract-messages';
import { streamEvents, filterOf } from './eventstoredb/contract-reads';

/** What a client sees of a connection that breaks under its call. */
const CONNECTION_DROPPED = { code: grpc.status.UNAVAILABLE, details: 'Connection dropped' };

export class EventStoreDbContractServer {
  private readonly log = new ContractLog();
  private server = this.newServer();
  private port = 0;
  private repliesToLose = 0;
  private requestsToLose = 0;

  /** On a free port of the loopback interface. */
  static async start(): Promise<EventStoreDbContractServer> {
    const server = new EventStoreDbContractServer();
    await server.comeBack();
    return server;
  }

  get connectionString(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  /** The next append is done, but its reply is lost. */
  loseNextReply(): void {
    this.repliesToLose += 1;
  }

  /** The next append is lost on its way, and nothing is done. */
  loseNextRequest(): void {
    this.requestsToLose += 1;
  }

  /** Removes the first events of a stream, as a `$maxCount` in its metadata would. */
  forget(stream: string, count: number): void {
    this.log.forget(stream, count);
  }

  /** Breaks all connections and takes no more. */
  goAway(): void {
    this.server.forceShutdown();
  }

  /** Listens (again), on the same port, with the same log. */
  async comeBack(): Promise<void> {
    this.server = this.newServer();
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.server.bindAsync(`127.0.0.1:${this.port}`, grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
    this.port = await promise;
  }

  private newServer(): grpc.Server {
    const server = new grpc.Server();
    server.addService(StreamsService, {
      append: this.append.bind(this),
      batchAppend: this.batchAppend.bind(this),
      read: this.read.bind(this),
    });
    server.addService(ServerFeaturesService, { getSupportedMethods });
    return server;
  }

  private append(
    call: grpc.ServerReadableStream<AppendReq, AppendResp>,
    reply: grpc.sendUnaryData<AppendResp>,
  ): void {
    let options = new AppendReq.Options();
    const proposed: Proposed[] = [];
    call.on('data', (request: AppendReq) => {
      options = request.getOptions() ?? options;
      const message = request.getProposedMessage();
      if (message) proposed.push(proposedOf(message));
    });
    // A connection that breaks in the middle of a request looks like its end, until the next turn of the event loop.
    call.on('end', () => setImmediate(() => call.cancelled || this.finishAppend(options, proposed, reply)));
  }

  private finishAppend(
    options: AppendReq.Options,
    proposed: readonly Proposed[],
    reply: grpc.sendUnaryData<AppendResp>,
  ): void {
    if (this.requestsToLose > 0) {
      this.requestsToLose -= 1;
      return reply(CONNECTION_DROPPED);
    }
    const expected = expectedOfAppend(options);
    const written = this.log.append(utf8Of(options.getStreamIdentifier()), expected, proposed);
    if (this.repliesToLose > 0) {
      this.repliesToLose -= 1;
      return reply(CONNECTION_DROPPED);
    }
    reply(null, appendResponse(written, expected));
  }

  /** Each append comes in one or more requests of one correlation id, the last of which says so. */
  private batchAppend(call: grpc.ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void {
    const begun = new Map<string, { options: BatchAppendReq.Options; proposed: Proposed[] }>();
    call.on('data', (request: BatchAppendReq) => {
      const correlation = request.getCorrelationId()?.getString() ?? '';
      const append = begun.get(correlation) ?? { options: request.getOptions()!, proposed: [] };
      begun.set(correlation, append);
      append.proposed.push(...request.getProposedMessagesList().map(proposedOf));
      if (!request.getIsFinal()) return;
      begun.delete(correlation);
      const stream = append.options.getStreamIdentifier();
      const written = this.log.append(utf8Of(stream), expectedOfBatch(append.options), append.proposed);
      call.write(batchResponse(written, request.getCorrelationId(), stream));
    });
    call.on('end', () => call.end());
  }

  private read(call: grpc.ServerWritableStream<ReadReq, ReadResp>): void {
    const options = call.request.getOptions()!;
    if (options.hasSubscription()) return this.subscribe(call, options);
    const events = streamEvents(this.log, options);
    if (events === 'not-found')
      call.write(notFoundResponse(utf8Of(options.getStream()?.getStreamIdentifier())));
    else for (const event of events) call.write(eventResponse(event));
    call.end();
  }

  private subscribe(call: grpc.ServerWritableStream<ReadReq, ReadResp>, options: ReadReq.Options): void {
    const matches = filterOf(options);
    let next = this.log.all.length;
    const send = (events: readonly LogEvent[]): void => {
      for (const event of events) if (matches(event)) call.write(eventResponse(event));
    };
    call.write(
      new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId('1')),
    );
    const past = streamEvents(this.log, options);
    if (past !== 'not-found') send(past);
    call.write(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));
    const stop = this.log.listen(() => {
      send(this.log.all.slice(next));
      next = this.log.all.length;
    });
    call.on('cancelled', stop);
    call.on('close', stop);
  }
}

function getSupportedMethods(
  _: grpc.ServerUnaryCall<Empty, SupportedMethods>,
  reply: grpc.sendUnaryData<SupportedMethods>,
): void {
  const methods = new SupportedMethods().setEventStoreServerVersion('24.10.0');
  for (const name of ['append', 'batchappend', 'read']) {
    methods.addMethods(
      new SupportedMethod().setMethodName(name).setServiceName('event_store.client.streams.streams'),
    );
  }
  reply(null, methods);
}
