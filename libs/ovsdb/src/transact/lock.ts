// A lock of the server (RFC 7047 sections 4.1.8 to 4.1.10), asked for again after each reconnect. It says who
// should act; by itself it stops nobody: put `assertion()` or, in a cluster, a `wait` into the transaction.
import { type JsonRpcConnection, requestRefused, type RpcReply } from '../connection/connection';
import { OvsdbFault } from '../schema/fault';
import { Gate } from '../connection/gate';
import { Listeners } from '../connection/listeners';
import { type Assert, assert } from './operations';
import type { Participant } from '../connection/participant';

/** `waiting`: somebody else has it, or there is no connection; `released`: given up, for ever. */
export type LockState = 'waiting' | 'held' | 'released';

/**
 * A lock lives in the memory of one server and ends with the connection. In a cluster each server has its own
 * locks, so two clients at two servers may both hold one: there only a `wait` in the transaction fences.
 */
export interface OvsdbLock {
  readonly name: string;
  readonly state: LockState;
  /** Calls `listener` when the state changes. Returns what ends it. */
  onState(listener: (state: LockState) => void): () => void;
  /** Resolves once the lock is held. @throws OvsdbFault `request-refused`, `closed`; or the signal's reason. */
  whenHeld(signal?: AbortSignal): Promise<void>;
  /** The operation that lets a transaction happen only while this client holds the lock. */
  assertion(): Assert;
  /** Gives it up; the next in line has it. */
  release(): Promise<void>;
}

export interface SessionLockOptions {
  readonly name: string;
  /** Whether to take it from its holder, the first time. */
  readonly steal: boolean;
  /** Called once it is released by its owner. */
  readonly onRelease: () => void;
}

export class SessionLock implements OvsdbLock, Participant {
  readonly name: string;
  private current: LockState = 'waiting';
  private steals: boolean;
  /** A lock got by stealing leaves the queue when somebody steals it back, unlike one that was waited for. */
  private stole = false;
  private readonly assert: Assert;
  private connection: JsonRpcConnection | undefined;
  private readonly gate = new Gate();
  private readonly states = new Listeners<LockState>();

  constructor(private readonly options: SessionLockOptions) {
    this.name = options.name;
    this.steals = options.steal;
    this.assert = assert(options.name);
  }

  get topic(): string {
    return this.name;
  }

  get state(): LockState {
    return this.current;
  }

  onState(listener: (state: LockState) => void): () => void {
    return this.states.add(listener);
  }

  whenHeld(signal?: AbortSignal): Promise<void> {
    return this.gate.passed(signal);
  }

  assertion(): Assert {
    return this.assert;
  }

  async release(): Promise<void> {
    if (this.current === 'released') return;
    const { connection } = this;
    this.options.onRelease();
    this.end(new OvsdbFault('closed', 'the lock was released'));
    // A connection that dies meanwhile has given it up too.
    await connection?.request('unlock', [this.name]).catch(() => undefined);
  }

  attach(connection: JsonRpcConnection): Promise<void> {
    this.connection = connection;
    return this.ask(connection, this.steals ? 'steal' : 'lock');
  }

  refused(fault: OvsdbFault): void {
    this.enter('waiting');
    this.gate.refuse(fault);
  }

  notified(method: string): void {
    if (method === 'locked') this.enter('held');
    if (method === 'stolen') {
      this.enter('waiting');
      if (this.stole && this.connection) void this.queueAgain(this.connection);
    }
  }

  detach(): void {
    this.connection = undefined;
    if (this.current !== 'released') this.enter('waiting');
  }

  end(fault: OvsdbFault): void {
    this.connection = undefined;
    this.enter('released');
    this.gate.refuse(fault);
  }

  /** The reply is looked at before any later message: a `locked` notification may follow at once. */
  private ask(connection: JsonRpcConnection, method: 'lock' | 'steal'): Promise<void> {
    return new Promise((resolve, reject) => {
      const onReply = (reply: RpcReply): void => {
        if (reply.kind === 'lost') return reject(reply.fault);
        if (reply.kind === 'refused') return reject(requestRefused(method, reply.error));
        this.stole = method === 'steal';
        this.steals = false; // Stealing again after each reconnect would let two clients rob each other for ever.
        if (this.current !== 'released' && (reply.result as { locked?: unknown }).locked === true)
          this.enter('held');
        resolve();
      };
      connection.call(method, [this.name], onReply);
    });
  }

  private async queueAgain(connection: JsonRpcConnection): Promise<void> {
    try {
      await Promise.all([connection.request('unlock', [this.name]), this.ask(connection, 'lock')]);
    } catch (fault) {
      if (!(fault instanceof OvsdbFault)) throw fault;
      if (!fault.retryable) this.refused(fault);
    }
  }

  private enter(state: LockState): void {
    if (state === 'held') this.gate.open();
    else this.gate.shut();
    if (state === this.current) return;
    this.current = state;
    this.states.notify(state);
  }
}
