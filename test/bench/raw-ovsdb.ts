// OVSDB spoken by hand, for the limits: one socket, JSON in and out, nothing else.
import { type Socket, connect } from 'node:net';

export class RawOvsdb {
  private nextId = 0;
  private text = '';
  private readonly waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();
  private onUpdate: (update: unknown) => void = () => undefined;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.take(chunk));
  }

  /** @param remote `unix:/path` */
  static connect(remote: string): Promise<RawOvsdb> {
    return new Promise((resolve, reject) => {
      const socket = connect(remote.slice('unix:'.length));
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RawOvsdb(socket)));
    });
  }

  async transact(operations: readonly object[]): Promise<void> {
    const results = (await this.call('transact', ['OVN_Northbound', ...operations])) as ({
      error?: string;
    } | null)[];
    const failed = results.find((result) => result?.error);
    if (failed) throw new Error(JSON.stringify(failed));
  }

  async select(
    table: string,
    columns: readonly string[],
    where: readonly unknown[] = [],
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const select = { op: 'select', table, where, columns };
    const [result] = (await this.call('transact', ['OVN_Northbound', select])) as [
      { rows: readonly Readonly<Record<string, unknown>>[] },
    ];
    return result.rows;
  }

  /** Tells when (`performance.now()`) a port of a name was seen. */
  async watchPortNames(): Promise<{ untilSeen(name: string): Promise<number> }> {
    const seen = new Map<string, (atMs: number) => void>();
    this.onUpdate = (update) => {
      const atMs = performance.now();
      for (const [, name] of JSON.stringify(update).matchAll(/"name":"([^"]+)"/g)) {
        seen.get(name as string)?.(atMs);
        seen.delete(name as string);
      }
    };
    await this.call('monitor', ['OVN_Northbound', 'names', { Logical_Switch_Port: { columns: ['name'] } }]);
    return { untilSeen: (name) => new Promise((resolve) => seen.set(name, resolve)) };
  }

  close(): void {
    this.socket.destroy();
  }

  private call(method: string, params: readonly unknown[]): Promise<unknown> {
    const id = this.nextId++;
    this.socket.write(JSON.stringify({ method, params, id }));
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  /** Messages end where their braces do; none of ours has a brace in a string. */
  private take(chunk: string): void {
    this.text += chunk;
    let depth = 0;
    let start = 0;
    for (let at = 0; at < this.text.length; at += 1) {
      const character = this.text.charCodeAt(at);
      if (character === 0x7b) depth += 1;
      if (character !== 0x7d || (depth -= 1) > 0) continue;
      this.receive(JSON.parse(this.text.slice(start, at + 1)) as Record<string, unknown>);
      start = at + 1;
    }
    this.text = this.text.slice(start);
  }

  private receive(message: Record<string, unknown>): void {
    if (message['method'] === 'echo') {
      this.socket.write(JSON.stringify({ result: message['params'], error: null, id: message['id'] }));
    } else if (message['method'] === 'update') {
      this.onUpdate(message['params']);
    } else {
      const waiting = this.waiting.get(message['id'] as number);
      this.waiting.delete(message['id'] as number);
      if (message['error']) waiting?.reject(new Error(JSON.stringify(message['error'])));
      else waiting?.resolve(message['result']);
    }
  }
}
