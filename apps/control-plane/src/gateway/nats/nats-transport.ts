// The one room that knows the NATS client: requests in, events out. Replace with @nats-io/* here.
import { systemChance } from '@holdfast/clock';
import type { EventStore } from '@holdfast/event-store';
import { LedgerIdentity, LedgerReader, OldestAfter, SideComparisons } from '@holdfast/ledger';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { type NatsConnection, type Service, connect } from 'nats';
import { planeClock } from '../../clock/plane-clock';
import { CONFIG, type Config } from '../../config';
import type { ServerConnection, Progress, ProjectorHealth } from '../../health/projectors';
import { type HealthTrouble, withoutPassword } from '../../health/trouble';
import { EVENT_STORE } from '../../ledger/ledger.module';
import { OperationService } from '../operation.service';
import { EventPublisher } from './event-publisher';
import { serveNats } from './nats-requests';

@Injectable()
export class NatsTransport implements ProjectorHealth {
  readonly name = 'nats-events';
  /** HTTP and gRPC go on without it. */
  readonly roles = [] as const;
  private readonly log = new Logger('gateway');
  private link: NatsConnection | undefined;
  private service: Service | undefined;
  private publisher: EventPublisher | undefined;
  /** How often there was a new connection. */
  private connections = 0;
  private readonly oldest: OldestAfter;
  /** As it may be shown. */
  private readonly server: string;
  private lostBecause: string | undefined;
  private isStopping = false;
  private troublesChanged = (): void => undefined;

  constructor(
    private readonly operations: OperationService,
    private readonly reader: LedgerReader,
    private readonly identity: LedgerIdentity,
    private readonly sides: SideComparisons,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CONFIG) { natsUrl = '' }: Config,
  ) {
    this.oldest = new OldestAfter(store, reader);
    this.server = withoutPassword(natsUrl);
  }

  /** @throws when no server answers: a NATS that was configured is needed */
  async start(url: string): Promise<void> {
    this.link = await this.connect(url);
    this.connections = 1;
    const { link: connection, store, operations } = this;
    this.service = await serveNats(connection, operations);
    const publisher = new EventPublisher({
      ...{ connection, store, from: this.reader.position, clock: planeClock, chance: systemChance },
      ledger: this.identity,
      onFailing: () => this.troublesChanged(),
      onFence: (state, verdict, mark) => {
        if (verdict) this.sides.fence('jetstream', verdict, { mark });
        else if (state === 'open') this.sides.agrees('jetstream');
      },
    });
    this.publisher = publisher;
    publisher.start();
    void this.watchConnection(connection, publisher);
  }

  async progress(): Promise<Progress> {
    const position = this.publisher?.position;
    // A log that cannot be read is in trouble by itself.
    const behindSinceMs = await this.oldest.atMs(position).catch(() => undefined);
    return { position, behindSinceMs, waiting: behindSinceMs === undefined ? 0 : 1 };
  }

  troubles(): readonly HealthTrouble[] {
    const { server, publisher } = this;
    const verdict = publisher?.verdict;
    const all = [
      this.lostBecause !== undefined && {
        code: 'nats-unreachable',
        message: `the NATS server ${server} cannot be reached: ${this.lostBecause}`,
        ...{ server, isLoss: true, stops: true },
      },
      verdict && {
        code: verdict.why,
        message: `${verdict.why}: ${verdict.message} ${FENCED}`,
        ...{ server, stops: true },
      },
      publisher?.failing && {
        code: 'nats-publishing-fails',
        message: `events are not published: ${String(publisher.failing.fault)}`,
        ...{ server, stops: true, sinceMs: publisher.failing.sinceMs },
      },
    ];
    return all.filter((trouble) => trouble !== undefined && trouble !== false);
  }

  onTroubles(listener: () => void): void {
    this.troublesChanged = listener;
  }

  connection(): ServerConnection {
    return { isUp: this.link !== undefined && this.lostBecause === undefined, count: this.connections };
  }

  /** Answers what is under way, publishes no more. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.publisher?.stop();
    await this.service?.stop();
    await this.link?.drain();
  }

  private async connect(url: string): Promise<NatsConnection> {
    try {
      return await connect({
        servers: url,
        name: 'holdfast',
        maxReconnectAttempts: -1,
        // Callers decide how long to wait; a request that came before a disconnection is answered by another try.
        reconnectTimeWait: 250,
        // A stack trace for each window that is published costs as much as publishing it.
        noAsyncTraces: true,
      });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`--nats: the NATS server ${this.server} cannot be reached: ${why}`, { cause });
    }
  }

  private async watchConnection(connection: NatsConnection, publisher: EventPublisher): Promise<void> {
    for await (const { type, data } of connection.status()) {
      const before = this.lostBecause;
      if (type === 'disconnect') this.lostBecause = 'the connection was lost';
      if (type === 'reconnect') {
        this.lostBecause = undefined;
        this.connections += 1;
        publisher.reconnected();
      }
      if (type === 'error') this.log.warn({ msg: 'the NATS server refused something', fault: String(data) });
      if (before !== this.lostBecause) this.troublesChanged();
    }
    if (!this.isStopping) this.lostBecause = 'the connection is closed';
    this.troublesChanged();
  }
}

const FENCED = 'Nothing is published until an operator decides: see `holdfast recover`.';
