// The one room that knows the NATS client: requests in, events out. Replace with @nats-io/* here.
import { systemChance, systemClock } from '@holdfast/clock';
import type { EventStore } from '@holdfast/event-store';
import { LedgerIdentity, LedgerReader, SideComparisons } from '@holdfast/ledger';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { type NatsConnection, type Service, connect } from 'nats';
import type { ProjectorHealth } from '../../health/projectors';
import { EVENT_STORE } from '../../ledger/ledger.module';
import { OperationService } from '../operation.service';
import { EventPublisher } from './event-publisher';
import { serveNats } from './nats-requests';

@Injectable()
export class NatsTransport implements ProjectorHealth {
  readonly name = 'nats-events';
  private readonly log = new Logger('gateway');
  private connection: NatsConnection | undefined;
  private service: Service | undefined;
  private publisher: EventPublisher | undefined;
  private fault: string | undefined;

  constructor(
    private readonly operations: OperationService,
    private readonly reader: LedgerReader,
    private readonly identity: LedgerIdentity,
    private readonly sides: SideComparisons,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  /** @throws when no server answers: a NATS that was configured is needed */
  async start(url: string): Promise<void> {
    this.connection = await connect({
      servers: url,
      name: 'holdfast',
      maxReconnectAttempts: -1,
      // Callers decide how long to wait; a request that came before a disconnection is answered by another try.
      reconnectTimeWait: 250,
      // A stack trace for each window that is published costs as much as publishing it.
      noAsyncTraces: true,
    });
    const { connection, store, operations } = this;
    this.service = await serveNats(connection, operations);
    const publisher = new EventPublisher({
      ...{ connection, store, from: this.reader.position, clock: systemClock, chance: systemChance },
      ledger: this.identity,
      onFault: (fault) => this.publishingFailed(fault),
      onFence: (state, verdict) => {
        if (verdict) this.sides.fence('jetstream', verdict);
        else if (state === 'open') this.sides.agrees('jetstream');
      },
    });
    this.publisher = publisher;
    publisher.start();
    void this.watchConnection(connection, publisher);
  }

  position(): string | undefined {
    return this.publisher?.position;
  }

  trouble(): string | undefined {
    if (this.connection?.isClosed()) return 'the connection is closed';
    const verdict = this.publisher?.verdict;
    return verdict ? `${verdict.why}: ${verdict.message} ${FENCED}` : this.fault;
  }

  /** Answers what is under way, publishes no more. */
  async stop(): Promise<void> {
    await this.publisher?.stop();
    await this.service?.stop();
    await this.connection?.drain();
  }

  private async watchConnection(connection: NatsConnection, publisher: EventPublisher): Promise<void> {
    for await (const { type } of connection.status()) if (type === 'reconnect') publisher.reconnected();
  }

  private publishingFailed(fault: unknown): void {
    this.fault = String(fault);
    this.log.warn({ msg: 'publishing events failed; will retry', fault: this.fault });
  }
}

const FENCED = 'Nothing is published until an operator decides: see `holdfast recover`.';
