// Callers who reserve and release all the time, each command under an id of its own, and ask again at whichever plane answers until
// it is decided. What they were told is what the ledger is held to afterwards.
import { setTimeout as sleep } from 'node:timers/promises';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { HttpClient } from '@holdfast/api/http-client';
import { SUBNET } from './world';

/** Enough for a batch under way at each kill; few enough that rows and events of a long drill stay within minutes. */
const CALLERS = 8;
/** Between two commands of one caller. */
const PAUSE_MS = 40;
/** What one holds before it releases: what the Northbound has stays small. */
const HELD_MAX = 20;
const RETRY_MS = 50;
/** No takeover lasts so long: nobody works any more. */
const UNDECIDED_MS_MAX = 120_000;
const CALL_MS_MAX = 5_000;

export interface AcknowledgedCommand {
  readonly commandId: string;
  readonly type: 'ReserveAddress' | 'ReleaseAddress';
  readonly holder: string;
  readonly v4: string;
}

export class Load {
  readonly acknowledged: AcknowledgedCommand[] = [];
  /** What no caller should ever be told. */
  readonly violations: string[] = [];
  /** Deliveries without an answer. */
  undecided = 0;
  private isOver = false;
  private next = 0;
  private callers: Promise<void>[] = [];

  /** @param urls of the planes that run now */
  constructor(private readonly urls: () => readonly string[]) {}

  start(): void {
    this.callers = Array.from({ length: CALLERS }, (_, at) => this.caller(`c${at}`));
  }

  /** Resolves when all that was asked for is decided. */
  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.callers);
  }

  /** @returns the address, once it is decided */
  async reserve(name: string): Promise<string | undefined> {
    return this.decide('ReserveAddress', name);
  }

  private async caller(name: string): Promise<void> {
    const held: string[] = [];
    for (let count = 0; !this.isOver; count += 1) {
      const isReleasing = held.length >= HELD_MAX || (held.length > 2 && count % 3 === 2);
      const target = isReleasing ? (held.shift() as string) : `${name}-${count}`;
      const v4 = await this.decide(isReleasing ? 'ReleaseAddress' : 'ReserveAddress', target);
      if (v4 !== undefined && !isReleasing) held.push(target);
      await sleep(PAUSE_MS);
    }
  }

  private async decide(type: AcknowledgedCommand['type'], name: string): Promise<string | undefined> {
    const holder = `octavia/drill/${name}`;
    const commandId = `${type}-${name}`;
    const issuedAtMs = Date.now();
    const options = { commandId, issuedAt: timestampFromMs(issuedAtMs) };
    const endMs = performance.now() + UNDECIDED_MS_MAX;
    while (performance.now() < endMs) {
      const v4 = await this.deliver(type, { subnet: SUBNET, holder, options }, name).catch(() => undefined);
      if (v4 !== undefined) {
        if (v4 !== '') this.acknowledged.push({ commandId, type, holder, v4 });
        return v4 || undefined;
      }
      this.undecided += 1;
      await sleep(RETRY_MS);
    }
    this.violations.push(`${commandId} was not decided within ${UNDECIDED_MS_MAX / 1_000} s`);
    return undefined;
  }

  /** The address; '': it was refused, which nothing here should be. @throws what is no answer */
  private async deliver(
    type: AcknowledgedCommand['type'],
    request: Parameters<HttpClient['call']>[1] & { readonly subnet: string; readonly holder: string },
    port: string,
  ): Promise<string> {
    const { urls } = this;
    const all = urls();
    const baseUrl = all[(this.next += 1) % Math.max(all.length, 1)];
    if (baseUrl === undefined) throw new Error('no plane runs');
    const client = new HttpClient({ baseUrl });
    const signal = AbortSignal.timeout(CALL_MS_MAX);
    const { reply, rejected } =
      type === 'ReserveAddress'
        ? await client.call('ReserveAddress', { ...request, port } as never, { signal })
        : await client.call('ReleaseAddress', request as never, { signal });
    if (!rejected) return (reply as { reservation?: { v4?: string } }).reservation?.v4 ?? '';
    this.violations.push(`${type} of ${request.holder}: ${rejected.code}: ${rejected.message}`);
    return '';
  }
}
