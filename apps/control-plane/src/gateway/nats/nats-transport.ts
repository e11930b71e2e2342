// The one room that knows the NATS client: requests in, events out. Its successor takes its place here.
import { type NatsConnection, type Service, connect } from 'nats';
import type { Handlers } from '@holdfast/api';
import type { Caller } from '../gateway/caller';
import type { Face } from '../gateway/status-report';
import { EventPublisher, type EventPublisherOptions } from './event-publisher';
import { serveNats } from './nats-edge';

export interface NatsDoorOptions extends Omit<EventPublisherOptions, 'connection'> {
  readonly url: string;
  readonly handlers: Handlers<Caller>;
}

export class NatsDoor implements Face {
  readonly name = 'nats-events';
  private fault: string | undefined;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly service: Service,
    private publisher: EventPublisher | undefined,
  ) {}

  /** @throws when no server answers: a NATS that was configured is needed */
  static async open(options: NatsDoorOptions): Promise<NatsDoor> {
    const connection = await connect({
      servers: options.url,
      name: 'holdfast',
      maxReconnectAttempts: -1,
      // Callers decide how long to wait; a request that came before a disconnection is answered by another try.
      reconnectTimeWait: 250,
      // A stack trace for each window that is published costs as much as publishing it.
      noAsyncTraces: true,
    });
    const service = await serveNats(connection, options.handlers);
    const door = new NatsDoor(connection, service, undefined);
    const onFault = (fault: unknown): void => {
      door.fault = String(fault);
      options.onFault(fault);
    };
    door.publisher = await EventPublisher.start({ ...options, connection, onFault });
    return door;
  }

  position(): string | undefined {
    return this.publisher?.position;
  }

  trouble(): string | undefined {
    return this.connection.isClosed() ? 'the connection is closed' : this.fault;
  }

  /** Answers what is under way, publishes no more. */
  async close(): Promise<void> {
    await this.publisher?.stop();
    await this.service.stop();
    await this.connection.drain();
  }
}
