// A client of one database: it finds a server that is fit among several, stays with it while it is, and goes
// on with another when it is not. It retries connecting, never a transaction: only the caller knows whether
// that is safe.
import type { Socket } from 'node:net';
import { Backoff, sleep } from '@holdfast/clock';
import { type ClientDefaults, type OvsdbClientOptions, withDefaults } from '../connection/client-options';
import { dial } from '../connection/dial';
import { OvsdbFault } from '../schema/fault';
import { Gate } from '../connection/gate';
import { Listeners } from '../connection/listeners';
import { type OvsdbLock, SessionLock } from '../transact/lock';
import { MonitoredReplica } from '../replica/monitored-replica';
import type { OvsdbOperation } from '../transact/operations';
import type { Participant } from '../connection/participant';
import { parseRemotes, type Remote } from '../connection/remote';
import type { OvsdbReplica, Selected, Selection } from '../replica/replica';
import type { AnySelection } from '../replica/replica-tables';
import { type TableCodecs, tableCodecs } from '../schema/rows';
import type { AnyTables } from '../schema/schema';
import { Watermark } from './server-database';
import { OvsdbSession } from './session';
import { readReply, type TransactResult } from '../transact/transact';

export type ClientState =
  /** `fault`: why there is no connection, if there has been an attempt. */
  | { readonly status: 'connecting'; readonly fault: OvsdbFault | undefined }
  | { readonly status: 'connected'; readonly remote: string }
  | { readonly status: 'closed' };

/** An election takes a second or two; a first retry after milliseconds finds a leader that was just chosen. */
const RECONNECT_FIRST_MS = 20;
/** What lasted this long cannot be a hot loop, so the pauses start over; what was shorter keeps lengthening them. */
const STABLE_MS = 1000;
/** Open transactions are given this long when a server is left: an answer takes milliseconds if it comes at all. */
const LEAVE_TIMEOUT_MS = 1000;

export class OvsdbClient<Tables = AnyTables> {
  private current: ClientState = { status: 'connecting', fault: undefined };
  /** The session with the present server; usable once the state is `connected`. */
  private session: OvsdbSession | undefined;
  /** How often it was connected to a fit server. */
  connections = 0;
  private replicasMade = 0;
  private readonly options: OvsdbClientOptions<Tables> & ClientDefaults;
  private readonly remotes: readonly Remote[];
  private readonly codecs: TableCodecs;
  private readonly participants = new Map<string, Participant>();
  private readonly watermark = new Watermark();
  private readonly closing = new AbortController();
  private readonly gate = new Gate();
  private readonly states = new Listeners<ClientState>();
  private readonly running: Promise<void>;

  /** Begins to connect and returns at once. @throws OvsdbFault `invalid-remote` */
  static open<Tables>(options: OvsdbClientOptions<Tables>): OvsdbClient<Tables> {
    return new OvsdbClient(options);
  }

  private constructor(options: OvsdbClientOptions<Tables>) {
    this.options = withDefaults(options);
    this.remotes = parseRemotes(options.remotes);
    if (!options.tls && this.remotes.some(({ kind }) => kind === 'ssl'))
      throw new OvsdbFault(
        'invalid-remote',
        'ssl: needs a private key, a certificate and a CA certificate (tls)',
      );
    this.codecs = tableCodecs(options.database);
    this.running = this.run();
  }

  get state(): ClientState {
    return this.current;
  }

  /** Calls `listener` when the state changes. Returns what ends it. */
  onState(listener: (state: ClientState) => void): () => void {
    return this.states.add(listener);
  }

  /**
   * Resolves once connected to a fit server. It waits as long as it takes: `state` says what is in the way.
   * @throws OvsdbFault `closed`, or the signal's reason.
   */
  whenConnected(signal?: AbortSignal): Promise<void> {
    return this.gate.passed(signal);
  }

  /**
   * Sends operations as one transaction: all happen or none. An aborted transaction is a value.
   * @throws OvsdbFault `not-connected`, `too-many-requests`: surely not sent;
   *   `transaction-outcome-unknown`: the reply was lost, read to find out; `request-refused`.
   */
  async transact<const Ops extends readonly OvsdbOperation[]>(operations: Ops): Promise<TransactResult<Ops>> {
    const { session, current } = this;
    if (!session || current.status !== 'connected')
      throw new OvsdbFault('not-connected', `there is no connection to a fit server: ${current.status}`);
    const { name } = this.options.database;
    return new Promise((resolve, reject) =>
      session.connection.call('transact', [name, ...operations], (reply) => {
        try {
          resolve(readReply(reply, operations, this.codecs) as TransactResult<Ops>);
        } catch (fault) {
          reject(fault as OvsdbFault);
        }
      }),
    );
  }

  /** Keeps rows in step from now on. @throws OvsdbFault `invalid-value` for what is not in the schema. */
  replicate<const S extends Selection<Tables>>(selection: S): OvsdbReplica<Selected<Tables, S>> {
    this.replicasMade += 1;
    const topic = `replica-${this.replicasMade}`; // No lock can be called so: a hyphen is not allowed in an <id>.
    const replica = new MonitoredReplica<Selected<Tables, S>>({
      schema: this.options.database,
      selection: selection as AnySelection,
      topic,
      onClose: () => this.participants.delete(topic),
    });
    this.take(replica);
    return replica;
  }

  /**
   * Asks for a lock of the server until it is released. `steal` takes it from its holder, the first time.
   * @throws OvsdbFault `invalid-value` for a name that is not an `<id>`, or one that this client asked for already.
   */
  lock(name: string, options: { readonly steal?: boolean } = {}): OvsdbLock {
    if (this.participants.has(name))
      throw new OvsdbFault('invalid-value', `this client already asked for the lock ${name}`);
    const onRelease = (): void => void this.participants.delete(name);
    const lock = new SessionLock({ name, steal: options.steal ?? false, onRelease });
    this.take(lock);
    return lock;
  }

  /** Waits for open transactions for up to a second, then lets go of everything. */
  async close(): Promise<void> {
    const fault = new OvsdbFault('closed', 'the client was closed');
    this.closing.abort(fault);
    this.enter({ status: 'closed' });
    this.session?.leave(fault);
    await this.running;
    for (const participant of this.participants.values()) participant.end(fault);
    this.participants.clear();
  }

  private take(participant: Participant): void {
    if (this.closing.signal.aborted) return participant.end(this.closing.signal.reason as OvsdbFault);
    this.participants.set(participant.topic, participant);
    void this.session?.join(participant);
  }

  private async run(): Promise<void> {
    const { clock, chance, reconnectMaxMs } = this.options;
    const { signal } = this.closing;
    const backoff = new Backoff({ firstMs: RECONNECT_FIRST_MS, maxMs: reconnectMaxMs }, chance);
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const startedMs = clock.monotonic();
      const fault = await this.serve(this.remotes[attempt % this.remotes.length]!);
      if (signal.aborted) return;
      this.enter({ status: 'connecting', fault });
      if (clock.monotonic() - startedMs >= STABLE_MS) backoff.reset();
      await sleep(clock, backoff.nextDelayMs(), signal);
    }
  }

  /** One session with one server. Resolves with why it ended. */
  private async serve(remote: Remote): Promise<OvsdbFault> {
    const { clock, tls, connectTimeoutMs } = this.options;
    const { signal } = this.closing;
    try {
      const session = this.openSession(await dial(remote, { clock, tls, connectTimeoutMs, signal }));
      this.session = session;
      if (await session.begin()) this.enter({ status: 'connected', remote: remote.text });
      return await session.ended;
    } catch (fault) {
      if (fault instanceof OvsdbFault) return fault;
      throw fault;
    } finally {
      this.session = undefined;
    }
  }

  private openSession(socket: Socket): OvsdbSession {
    const { clock, database, leaderOnly } = this.options;
    return new OvsdbSession(socket, {
      clock,
      limits: this.options,
      database: database.name,
      leaderOnly,
      leaveTimeoutMs: LEAVE_TIMEOUT_MS,
      watermark: this.watermark,
      participants: this.participants,
      onLeave: (fault) => this.enter({ status: 'connecting', fault }),
    });
  }

  private enter(state: ClientState): void {
    const { current } = this;
    if (current.status === 'closed') return;
    if (current.status === 'connecting' && state.status === 'connecting' && current.fault === state.fault)
      return;
    this.current = state;
    if (state.status === 'connected') {
      this.connections += 1;
      this.gate.open();
    } else if (state.status === 'connecting') this.gate.shut();
    else this.gate.refuse(this.closing.signal.reason as OvsdbFault);
    this.states.notify(state);
  }
}
