// What a process that starts is at. It answers its probes from the first moment on: it lives, and is not ready, and why.
// Everything else is told to come back; nothing else is decided here.
import { CONTENT_TYPES, fault, presentRefusal } from '@holdfast/api';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { LoggerService } from '@nestjs/common';
import { shownStore } from './open-store';

/** Seconds after which a caller may have more luck. */
const RETRY_AFTER = '1';

export class StartProgress {
  private now: string;

  constructor(
    store: string,
    private readonly log: LoggerService | false,
  ) {
    this.now = `opening ${shownStore(store)}`;
  }

  /** What it is at, for people. */
  get says(): string {
    return this.now;
  }

  /** Another process has the store's file: this one stands by, and takes over at the end of that one. */
  waitsFor(store: string, holder: number): void {
    this.now = `standing by: process ${holder} has ${shownStore(store)} open, and this one takes over when it ends`;
    if (this.log) this.log.warn({ msg: 'standing by', store: shownStore(store), holder }, 'store');
  }

  isOpen(store: string): void {
    this.now = `reading ${shownStore(store)}`;
  }

  /** It does not come to serving: its process ends. */
  ends(why: unknown): void {
    this.now = `ending: ${why instanceof Error ? why.message : String(why)}`;
  }

  /** Of requests that come before the process serves. */
  readonly answer: RequestListener = (request: IncomingMessage, response: ServerResponse) => {
    const [path] = (request.url ?? '').split('?', 1);
    // What comes with it is of no interest, and must not keep the connection.
    request.resume();
    if (request.method === 'GET' && path === '/healthz') return send(response, 200, { status: 'ok' });
    if (request.method === 'GET' && path === '/readyz') return send(response, 503, this.readiness());
    const { status, payload } = presentRefusal(
      fault('Unavailable', `The control plane is not ready: ${this.now}.`, { cause: 'starting' }).rejected,
      'json',
    );
    response.writeHead(status.http, { 'content-type': CONTENT_TYPES.json, 'retry-after': RETRY_AFTER });
    response.end(Buffer.from(payload));
  };

  /** In the form of a process that serves. */
  private readiness(): object {
    return {
      status: 'starting',
      position: '',
      trouble: { store: this.now },
      notes: {},
      differences: {},
    };
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': CONTENT_TYPES.json });
  response.end(JSON.stringify(body));
}
