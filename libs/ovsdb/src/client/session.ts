// One connection to one server, from finding out whether the server is fit to leaving it. It leaves gently: a
// transaction whose reply may still come is waited for, so that its outcome is not unknown without need.
import type { Duplex } from 'node:stream';
import type { Cancel, Clock } from '@holdfast/clock';
import { type ConnectionLimits, JsonRpcConnection } from '../connection/connection';
import { OvsdbFault } from '../schema/fault';
import { MonitoredReplica } from '../replica/monitored-replica';
import type { Participant } from '../connection/participant';
import { type AnySchema, parseSchema } from '../schema/schema';
import { SERVER_DATABASE, type ServerTables, unfitness, type Watermark } from './server-database';

export interface SessionOptions {
  readonly clock: Clock;
  readonly limits: ConnectionLimits;
  readonly database: string;
  readonly leaderOnly: boolean;
  /** How long open requests are waited for when the session is to end. */
  readonly leaveTimeoutMs: number;
  readonly watermark: Watermark;
  /** By topic. May grow and shrink while the session lasts. */
  readonly participants: ReadonlyMap<string, Participant>;
  /** The session may not be used any more; what is open may still be answered. */
  readonly onLeave: (fault: OvsdbFault) => void;
}

/** No lock can be called so: a hyphen is not allowed in an `<id>`. */
const SERVER_TOPIC = 'server-database';

export class OvsdbSession {
  readonly connection: JsonRpcConnection;
  readonly ended: Promise<OvsdbFault>;
  private readonly server = new MonitoredReplica<ServerTables>({
    schema: SERVER_DATABASE,
    selection: { Database: {} },
    topic: SERVER_TOPIC,
    methods: ['monitor_cond'],
  });
  private served: AnySchema | undefined;
  private leaving: OvsdbFault | undefined;
  private cancelLeave: Cancel = () => undefined;

  constructor(
    socket: Duplex,
    private readonly options: SessionOptions,
  ) {
    let end: (fault: OvsdbFault) => void;
    this.ended = new Promise((resolve) => (end = resolve));
    this.connection = new JsonRpcConnection(socket, options.clock, options.limits, {
      notified: (method, params) => this.route(method, params),
      closed: (fault) => {
        this.leave(fault);
        this.cancelLeave();
        for (const participant of options.participants.values()) participant.detach();
        end(this.leaving ?? fault);
      },
    });
  }

  /**
   * Checks the server and lets every participant ask to take up. Resolves with whether the session may be used.
   * What is sent from then on is answered after the participants' requests, as a server keeps the order.
   */
  async begin(): Promise<boolean> {
    try {
      await this.checkServer();
      this.served = parseSchema(await this.connection.request('get_schema', [this.options.database]));
      if (!this.leaving) for (const each of this.options.participants.values()) void this.join(each);
    } catch (error) {
      if (!(error instanceof OvsdbFault)) throw error;
      this.connection.close(this.leaving ?? unfitIfRefused(error));
    }
    return this.leaving === undefined;
  }

  /** Lets one participant take up; before the server was checked it waits for the others. */
  async join(participant: Participant): Promise<void> {
    if (!this.served) return;
    try {
      await participant.attach(this.connection, this.served);
    } catch (fault) {
      if (!(fault instanceof OvsdbFault)) throw fault;
      if (fault.retryable) this.connection.close(fault);
      else participant.refused(fault);
    }
  }

  /** Ends the session once nothing is open, or after `leaveTimeoutMs`. Only the first reason counts. */
  leave(fault: OvsdbFault): void {
    if (this.leaving) return;
    this.leaving = fault;
    this.options.onLeave(fault);
    this.cancelLeave = this.options.clock.after(this.options.leaveTimeoutMs, () =>
      this.connection.close(fault),
    );
    this.connection.onIdle(() => this.connection.close(fault));
  }

  /** Servers before Open vSwitch 2.9 have no `_Server`; they cannot be clustered and will do. */
  private async checkServer(): Promise<void> {
    try {
      await this.server.attach(this.connection, SERVER_DATABASE);
    } catch (fault) {
      if (fault instanceof OvsdbFault && fault.code === 'request-refused') return;
      throw fault;
    }
    this.judge();
    if (this.leaving) throw this.leaving;
    this.server.onBatch(() => this.judge());
  }

  private judge(): void {
    const { database, leaderOnly, watermark } = this.options;
    const row = [...this.server.table('Database').values()].find(({ name }) => name === database);
    const why = unfitness(row, leaderOnly, watermark);
    if (why === undefined) watermark.raise(row!);
    else this.leave(new OvsdbFault('server-unfit', `the server should not be used for ${database}: ${why}`));
  }

  private route(method: string, params: readonly unknown[]): void {
    const topic = params[0];
    if (topic === SERVER_TOPIC) this.server.notified(method, params);
    else if (typeof topic === 'string') this.options.participants.get(topic)?.notified(method, params);
  }
}

/** A server that does not know the database is no use now, but may be in a moment. */
function unfitIfRefused(fault: OvsdbFault): OvsdbFault {
  if (fault.code !== 'request-refused') return fault;
  return new OvsdbFault('server-unfit', `the server does not serve the database: ${fault.message}`, {
    cause: fault,
  });
}
