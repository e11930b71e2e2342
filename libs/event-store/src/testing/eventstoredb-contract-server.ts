// A server of EventStoreDB's Streams protocol over gRPC, made of the client's own generated code and a log in memory. It is NOT
// EventStoreDB: it answers as a real one did in a recording, which it is held to call by call (eventstoredb-recording.spec.ts).
// The same suite runs against a real one, named by EVENTSTOREDB_URL.
// eslint-disable-next-line @nx/enforce-module-boundaries -- a server for tests; the adapter itself brings no gRPC of ours
import * as grpc from '@grpc/grpc-js';
import { type Chance, type Clock, systemChance, systemClock } from '@holdfast/clock';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import type { Empty } from '@eventstore/db-client/generated/shared_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import { append } from './eventstoredb/contract-append';
import { ContractLog, type LogEvent, type Proposed } from './eventstoredb/contract-log';
import { ContractFaults } from './eventstoredb/contract-misbehaviour';
import { ContractStreams } from './eventstoredb/contract-streams';

export interface ContractServerOptions {
  readonly clock?: Pick<Clock, 'now'>;
  readonly chance?: Pick<Chance, 'uuid'>;
  /** Where it listens; a free one when absent. For another server behind the same address. */
  readonly port?: number;
}

export class EventStoreDbContractServer {
  readonly faults = new ContractFaults();
  private readonly log: ContractLog;
  private readonly chance: Pick<Chance, 'uuid'>;
  private server = new grpc.Server();
  port: number;

  private constructor({ clock = systemClock, chance = systemChance, port = 0 }: ContractServerOptions) {
    this.port = port;
    this.log = new ContractLog(clock);
    this.chance = chance;
  }

  /** On a free port of the loopback interface. */
  static async start(options: ContractServerOptions = {}): Promise<EventStoreDbContractServer> {
    const server = new EventStoreDbContractServer(options);
    await server.comeBack();
    return server;
  }

  /** For a client that is not ours. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get connectionString(): string {
    return `esdb://${this.address}?tls=false`;
  }

  /** See ContractFaults. */
  loseNextReply(): void {
    this.faults.loseNextReply();
  }

  loseNextRequest(): void {
    this.faults.loseNextRequest();
  }

  /** Somebody else appends: no client of ours, and in no form of ours. */
  seed(stream: string, event: Pick<Proposed, 'type'> & Partial<Proposed>): void {
    const nothing = { data: new Uint8Array(), metadata: new Uint8Array(), contentType: 'application/json' };
    append(this.log, new Map(), stream, 'any', [{ ...nothing, id: this.chance.uuid(), ...event }]);
  }

  /** An administrator writes the metadata of a stream, as text. */
  setMetadata(stream: string, metadata: string): void {
    this.seed(`$$${stream}`, { type: '$metadata', data: Buffer.from(metadata) });
  }

  /** An administrator deletes a stream for good. */
  tombstone(stream: string): void {
    this.log.tombstone(stream, this.chance.uuid());
  }

  /** Hides the first events of a stream of those that are shown, and takes them out of the log. */
  forget(stream: string, count: number): void {
    const { events } = this.log.visibleIn(stream);
    const from = events[count]?.revision ?? this.log.lastOf(stream) + 1n;
    this.setMetadata(stream, `{"$tb":${from}}`);
    this.log.scavenge();
  }

  scavenge(): void {
    this.log.scavenge();
  }

  /** Where the log ends, for `restoreTo`. */
  get endPosition(): bigint {
    return this.log.endPosition;
  }

  /** The log as it was when it ended there, with the memory of a server that was started anew. */
  async restoreTo(position: bigint): Promise<void> {
    this.goAway();
    this.log.restoreTo(position);
    await this.comeBack();
  }

  /** Everything that is in the log now, for who compares. */
  get events(): readonly LogEvent[] {
    return this.log.all;
  }

  /** Breaks all connections and takes no more. */
  goAway(): void {
    this.server.forceShutdown();
  }

  /** Listens (again), on the same port, with the same log, and with no memory of ids. */
  async comeBack(): Promise<void> {
    this.server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
    const streams = new ContractStreams(this.log, this.faults, this.chance);
    this.server.addService(StreamsService, { ...streams.handlers() });
    this.server.addService(ServerFeaturesService, { getSupportedMethods });
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.server.bindAsync(this.address, grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
    this.port = await promise;
  }
}

function getSupportedMethods(
  _: grpc.ServerUnaryCall<Empty, SupportedMethods>,
  reply: grpc.sendUnaryData<SupportedMethods>,
): void {
  const methods = new SupportedMethods().setEventStoreServerVersion('23.10.8');
  for (const name of ['append', 'batchappend', 'read', 'delete', 'tombstone']) {
    methods.addMethods(
      new SupportedMethod().setMethodName(name).setServiceName('event_store.client.streams.streams'),
    );
  }
  reply(null, methods);
}
