// The limit that the projector is measured against: the same rows written by nothing but JSON texts made in
// advance and a socket. It reads no row and knows no error; it is a stopwatch, not a client.
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { randomUUID } from 'node:crypto';

/** As many as the reconciler has. */
const IN_FLIGHT = 2;

export class RawNorthbound {
  private depth = 0;
  private replied: () => void = () => undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.read(chunk));
  }

  /** @param remote `unix:/path` */
  static async connect(remote: string): Promise<RawNorthbound> {
    const socket = connect(remote.slice('unix:'.length));
    await once(socket, 'connect');
    return new RawNorthbound(socket);
  }

  close(): void {
    this.socket.destroy();
  }

  /** Milliseconds for sending these and being answered, with two of them on their way at any time. */
  async time(messages: readonly string[]): Promise<number> {
    const startedMs = performance.now();
    let sent = 0;
    let answered = 0;
    const send = (): void => void (sent < messages.length && this.socket.write(messages[sent++]!));
    await new Promise<void>((resolve) => {
      this.replied = () => {
        answered += 1;
        if (answered === messages.length) resolve();
        else send();
      };
      for (let window = 0; window < IN_FLIGHT; window += 1) send();
    });
    return performance.now() - startedMs;
  }

  /** Counts braces: no text in a reply to an insertion has one. */
  private read(chunk: Buffer): void {
    for (const byte of chunk) {
      if (byte === OPEN) this.depth += 1;
      if (byte === CLOSE && --this.depth === 0) this.replied();
    }
  }
}

const [OPEN, CLOSE] = Buffer.from('{}');

export interface RawPort {
  readonly name: string;
  readonly switchName: string;
  readonly address: string;
}

const transact = (operations: readonly object[]): string =>
  JSON.stringify({ method: 'transact', params: ['OVN_Northbound', ...operations], id: 0 });

export const rawSwitches = (names: readonly string[]): string =>
  transact(names.map((name) => ({ op: 'insert', table: 'Logical_Switch', row: { name } })));

/** Transactions that insert these ports, so many at a time, each with what the projector writes of one. */
export function rawPorts(ports: readonly RawPort[], rowsPerTransaction: number): readonly string[] {
  const messages: string[] = [];
  for (let at = 0; at < ports.length; at += rowsPerTransaction) {
    const bySwitch = new Map<string, unknown[]>();
    const rows = ports.slice(at, at + rowsPerTransaction).map(({ name, switchName, address }) => {
      const uuid = randomUUID();
      bySwitch.set(switchName, [...(bySwitch.get(switchName) ?? []), ['uuid', uuid]]);
      const ids = { 'holdfast:key': `vip/${name}/ipv4`, ls: switchName, vendor: 'holdfast' };
      const row = { name, type: 'virtual', options: map({ 'virtual-ip': address }), external_ids: map(ids) };
      return { op: 'insert', table: 'Logical_Switch_Port', row, uuid };
    });
    const references = Array.from(bySwitch, ([name, uuids]) => ({
      op: 'mutate',
      table: 'Logical_Switch',
      where: [['name', '==', name]],
      mutations: [['ports', 'insert', ['set', uuids]]],
    }));
    messages.push(transact([...rows, ...references]));
  }
  return messages;
}

const map = (record: object): unknown => ['map', Object.entries(record)];
