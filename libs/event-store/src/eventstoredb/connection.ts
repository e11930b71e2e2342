// The client's connection (discovery, leader, credentials, reconnection), spoken to in the Streams protocol itself.
// Its public methods parse and print again every JSON text, which need not give the same bytes; they have no filtered
// read of $all; and their batch append fails all appends of the process when one connection breaks.
import { EventStoreDBClient } from '@eventstore/db-client';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb';
import { checkedConnectionString } from './connection-string';
import { isNotLeader } from './faults';
import type { AppendReq, AppendResp, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb';

/** Responses to a read, and the end of asking for them. */
export interface Responses extends AsyncIterable<ReadResp> {
  cancel(): void;
  on(event: 'error' | 'end', listener: () => void): unknown;
  on(event: 'data', listener: (response: ReadResp) => void): unknown;
}

interface CallOptions {
  /** Milliseconds. */
  readonly deadline?: number;
  /** A follower may lag behind what was acknowledged. */
  readonly requiresLeader: boolean;
}

type CallArguments = [Parameters<StreamsClient['append']>[0], Parameters<StreamsClient['append']>[1]];

/** The client's members for its own methods: declared `protected`, and all that those are built from. */
export interface ClientInternals {
  execute<Result>(
    service: typeof StreamsClient,
    name: string,
    call: (streams: StreamsClient) => Promise<Result>,
  ): Promise<Result>;
  GRPCStreamCreator(
    service: typeof StreamsClient,
    name: string,
    call: (streams: StreamsClient) => Responses,
  ): () => Promise<Responses>;
  callArguments(options: CallOptions, more?: { deadline: number }): CallArguments;
  getChannel(): Promise<{ close(): void }>;
  dispose(): Promise<void>;
}

const INTERNALS = {
  execute: true,
  GRPCStreamCreator: true,
  callArguments: true,
  getChannel: true,
  dispose: true,
} satisfies Record<keyof ClientInternals, true>;

/** @throws Error when a version of the client has not all of them */
export function internalsOf(client: EventStoreDBClient): ClientInternals {
  const members = client as unknown as Record<string, unknown>;
  const missing = Object.keys(INTERNALS).filter((name) => typeof members[name] !== 'function');
  if (missing.length === 0) return members as unknown as ClientInternals;
  throw new Error(`this version of @eventstore/db-client has no ${missing.join(', ')}; pin 6.2.1`);
}

export class Connection {
  private readonly client: ClientInternals;

  /** @throws ConnectionStringFault */
  constructor(
    connectionString: string,
    private readonly timeoutMs: number,
  ) {
    this.client = internalsOf(EventStoreDBClient.connectionString(checkedConnectionString(connectionString)));
  }

  /** At the leader: a node that says who leads wrote nothing, and the client has turned to that one. */
  append(requests: readonly AppendReq[]): Promise<AppendResp> {
    return this.appendOnce(requests).catch((error: unknown) => {
      if (isNotLeader(error)) return this.appendOnce(requests);
      throw error;
    });
  }

  private appendOnce(requests: readonly AppendReq[]): Promise<AppendResp> {
    return this.client.execute(
      StreamsClient,
      'append',
      (streams) =>
        new Promise((resolve, reject) => {
          const options = { deadline: this.timeoutMs, requiresLeader: true };
          const call = streams.append(...this.client.callArguments(options), (error, response) =>
            error ? reject(error) : resolve(response),
          );
          call.on('error', reject);
          for (const request of requests) call.write(request);
          call.end();
        }),
    );
  }

  /** No deadline: a long replay takes its time, and keepalive finds out a dead connection. */
  read(request: ReadReq): Promise<Responses> {
    const call = (streams: StreamsClient): Responses => {
      const options = this.client.callArguments({ requiresLeader: true }, { deadline: Infinity });
      return streams.read(request, ...(options as [never, never])) as unknown as Responses;
    };
    return this.client.GRPCStreamCreator(StreamsClient, 'read', call)();
  }

  async close(): Promise<void> {
    await this.client.dispose();
    // Nothing to close if no server of a cluster could be found.
    const channel = await this.client.getChannel().catch(() => undefined);
    channel?.close();
  }
}
