// JSON-RPC 1.0 over one byte stream, both ways (RFC 7047 section 4). It knows no OVSDB method but `echo`, and
// ends with its stream: whoever needs another one dials again.
import type { Duplex } from 'node:stream';
import type { Cancel, Clock } from '@holdfast/clock';
import { OvsdbFault } from '../schema/fault';
import { JsonFramer } from './framer';
import { parseWireError, type WireError } from '../schema/notation';

export interface ConnectionLimits {
  /** Silence after which the peer is probed with `echo`, and as long again until it is given up. */
  readonly probeIntervalMs: number;
  /** The largest message taken from the peer. */
  readonly messageBytesMax: number;
  /** Requests written and not yet answered; more wait in the queue, so that a slow server is not flooded. */
  readonly inFlightMax: number;
  /** Requests waiting; more are refused with `too-many-requests`, so that memory is bounded. */
  readonly queuedMax: number;
}

export interface ConnectionEvents {
  notified(method: string, params: readonly unknown[]): void;
  /** Once, after every open request was settled as lost. */
  closed(fault: OvsdbFault): void;
}

export type RpcReply =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly error: WireError }
  /** The connection died. `written`: the server may have seen the request. */
  | { readonly kind: 'lost'; readonly fault: OvsdbFault; readonly written: boolean };

/** Called in the order of the stream, before any later message of the peer is looked at. */
type Settle = (reply: RpcReply) => void;

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

interface Request {
  readonly text: string;
  readonly id: number;
  readonly settle: Settle;
}

const PROBE_ID = 'probe';

export class JsonRpcConnection {
  private readonly framer: JsonFramer;
  private readonly inFlight = new Map<number, Settle>();
  private queued: Request[] = [];
  private nextId = 0;
  private ended: OvsdbFault | undefined;
  private whenIdle: (() => void) | undefined;
  private lastReceivedMs: number;
  private cancelProbe: Cancel;

  constructor(
    private readonly socket: Duplex,
    private readonly clock: Clock,
    private readonly limits: ConnectionLimits,
    private readonly events: ConnectionEvents,
  ) {
    this.framer = new JsonFramer(limits.messageBytesMax, (message) => this.receive(message));
    this.lastReceivedMs = clock.monotonic();
    this.cancelProbe = clock.after(limits.probeIntervalMs, () => this.probe());
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('error', (cause: Error) => this.close(lost(cause.message, cause)));
    for (const end of ['end', 'close'])
      socket.on(end, () => this.close(lost('the peer closed the connection')));
  }

  /** Sends a request, or queues it; `settle` is called exactly once, never before this returns. */
  call(method: string, params: readonly unknown[], settle: Settle): void {
    const text = JSON.stringify({ method, params, id: this.nextId });
    const request: Request = { text, id: this.nextId, settle };
    this.nextId += 1;
    const fault = this.ended ?? (this.queued.length >= this.limits.queuedMax ? queueFull() : undefined);
    if (fault) return queueMicrotask(() => settle({ kind: 'lost', fault, written: false }));
    this.queued.push(request);
    this.flush();
  }

  /** @throws OvsdbFault `request-refused` (its message has the server's words), or why the connection died. */
  request(method: string, params: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) =>
      this.call(method, params, (reply) => {
        if (reply.kind === 'result') resolve(reply.result);
        else reject(reply.kind === 'lost' ? reply.fault : requestRefused(method, reply.error));
      }),
    );
  }

  /** Calls `then` once no request is open or queued. */
  onIdle(then: () => void): void {
    this.whenIdle = then;
    this.checkIdle();
  }

  /** Ends the connection. Requests still open are settled as lost. Only the first call does anything. */
  close(fault: OvsdbFault): void {
    if (this.ended) return;
    this.ended = fault;
    this.cancelProbe();
    this.socket.on('error', () => undefined); // It may fail again while it dies; the first failure is reported.
    this.socket.destroy();
    const open = [...this.inFlight.values()];
    const waiting = this.queued;
    this.inFlight.clear();
    this.queued = [];
    for (const settle of open) settle({ kind: 'lost', fault, written: true });
    for (const { settle } of waiting) settle({ kind: 'lost', fault, written: false });
    this.events.closed(fault);
    this.whenIdle?.();
  }

  private flush(): void {
    while (this.queued.length > 0 && this.inFlight.size < this.limits.inFlightMax) {
      const { id, text, settle } = this.queued.shift()!;
      this.inFlight.set(id, settle);
      this.socket.write(text);
    }
  }

  private read(chunk: Buffer): void {
    if (this.ended) return;
    this.lastReceivedMs = this.clock.monotonic();
    try {
      this.framer.push(chunk);
    } catch (fault) {
      if (!(fault instanceof OvsdbFault)) throw fault;
      this.close(fault);
    }
  }

  private receive(message: Message): void {
    if (this.ended) return;
    const { id, method, params } = message;
    if (typeof method !== 'string') return this.settle(message);
    if (!Array.isArray(params)) throw unexpected(`${method} without params`);
    if (id === null || id === undefined) return this.events.notified(method, params);
    const answer =
      method === 'echo' ? { result: params, error: null } : { result: null, error: 'unknown method' };
    this.socket.write(JSON.stringify({ id, ...answer }));
  }

  private settle({ id, result, error }: Message): void {
    if (id === PROBE_ID) return;
    const settle = this.inFlight.get(id as number);
    if (!settle) throw unexpected(`a reply to ${JSON.stringify(id)}, which was not asked`);
    this.inFlight.delete(id as number);
    this.flush();
    if (error === null || error === undefined) settle({ kind: 'result', result });
    else settle({ kind: 'refused', error: parseWireError(error) });
    this.checkIdle();
  }

  private checkIdle(): void {
    if (this.inFlight.size === 0 && this.queued.length === 0) this.whenIdle?.();
  }

  /** The timer is not set anew for each message: when it runs it looks how long the silence really was. */
  private probe(): void {
    const { probeIntervalMs } = this.limits;
    const silentMs = this.clock.monotonic() - this.lastReceivedMs;
    if (silentMs < probeIntervalMs) {
      this.cancelProbe = this.clock.after(probeIntervalMs - silentMs, () => this.probe());
      return;
    }
    const probedMs = this.lastReceivedMs;
    this.socket.write(JSON.stringify({ method: 'echo', params: [], id: PROBE_ID }));
    // If this process itself was stuck, the answer lies unread in the socket: one pass of the event loop lets it be read.
    this.cancelProbe = this.clock.after(probeIntervalMs, () => {
      this.cancelProbe = this.clock.after(0, () =>
        this.lastReceivedMs === probedMs ? this.close(this.silent()) : this.probe(),
      );
    });
  }

  private silent(): OvsdbFault {
    return new OvsdbFault('peer-silent', `the peer was silent for ${2 * this.limits.probeIntervalMs} ms`);
  }
}

export function requestRefused(method: string, { error, details }: WireError): OvsdbFault {
  return new OvsdbFault(
    'request-refused',
    `the server refused ${method}: ${error}${details ? ` (${details})` : ''}`,
  );
}

function lost(why: string, cause?: Error): OvsdbFault {
  return new OvsdbFault('connection-lost', `the connection was lost: ${why}`, { cause });
}

function unexpected(what: string): OvsdbFault {
  return new OvsdbFault('malformed-message', `unexpected message: ${what}`);
}

function queueFull(): OvsdbFault {
  return new OvsdbFault('too-many-requests', 'too many requests are waiting');
}
