// What the ledger decides and tells when the clock of a plane was years ahead, or behind, for a while: as if it had never been.
import { systemChance } from '@holdfast/clock';
import { VirtualClock } from '@holdfast/clock/testing';
import { type CommandOutcome, MemoryEventStore, readMetadata } from '@holdfast/event-store';
import { type Rejection, type SubnetCommand, type SubnetReply, parseAddress } from '@holdfast/ipam';
import { commandsTo, holder } from '@holdfast/ipam/testing';
import { SubnetLoop } from './command/aggregate-loops';
import { toRejection } from './command/loop-rejections';
import { LedgerReader } from './follow/ledger-reader';
import { getHistory } from './query/history';
import { whoHeld } from './query/who-held';

const subnet = 'blue';
const { define, reserve, release } = commandsTo(subnet);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEARS_MS = 3652 * DAY_MS;
const actor = { name: 'ann', through: 'http' } as const;
const address = parseAddress('10.16.0.2') as number;

/** A ledger whose process is started again and again, on a machine whose clock is set as the test says. */
class Plane {
  readonly store = new MemoryEventStore();
  readonly clock = new VirtualClock();
  private loop = this.open();
  private ids = 0;

  /** Sets the clock, and starts anew with it. */
  restart(stepMs = 0): void {
    this.clock.step(stepMs);
    this.loop = this.open();
  }

  /** The command as a caller sends it whose clock is that many milliseconds behind the plane's. */
  issued(command: SubnetCommand, behindMs = 0, commandId = `c${(this.ids += 1)}`) {
    return { actor, command, commandId, issuedAtMs: this.clock.now() - behindMs };
  }

  execute(envelope: ReturnType<Plane['issued']>): Promise<CommandOutcome<SubnetReply, Rejection>> {
    return this.loop.execute(subnet, envelope);
  }

  /** What it was refused with, or `accepted`. */
  async says(command: SubnetCommand, behindMs = 0): Promise<string> {
    return codeOf(await this.execute(this.issued(command, behindMs)));
  }

  /** The same of a command that says nothing of when it was issued. */
  async saysPlainly(command: SubnetCommand): Promise<string> {
    return codeOf(await this.loop.execute(subnet, { actor, command }));
  }

  async reader(): Promise<LedgerReader> {
    const { store, clock } = this;
    const reader = new LedgerReader({ store, clock, chance: systemChance });
    await reader.start();
    await reader.stop();
    return reader;
  }

  async recordedTimes(): Promise<number[]> {
    const times: number[] = [];
    for await (const page of this.store.readAll(undefined))
      times.push(...page.map((event) => readMetadata(event).atMs));
    return times;
  }

  private open(): SubnetLoop {
    return new SubnetLoop({
      ...{ store: this.store, clock: this.clock, chance: systemChance, refuse: toRejection },
    });
  }
}

const codeOf = (outcome: CommandOutcome<SubnetReply, Rejection>): string =>
  outcome.rejected ? outcome.rejected.code : 'accepted';

/** One free address; what is released cools for ten minutes. */
const SMALL = { coolingMs: 10 * MINUTE_MS };
const define30 = define('10.16.0.0/30', SMALL);
const a = holder('pod/default/a');
const b = holder('pod/default/b');

describe.each([
  ['ten years ahead', YEARS_MS],
  ['forty days ahead', 40 * DAY_MS],
  ['an hour ahead', HOUR_MS],
  ['an hour behind', -HOUR_MS],
  ['ten years behind', -YEARS_MS],
])('after a life with a clock %s', (_, stepMs) => {
  let plane: Plane;
  beforeEach(async () => {
    plane = new Plane();
    expect(await plane.says(define30)).toBe('accepted');
    await plane.clock.advance(HOUR_MS);
    expect(await plane.says(reserve(b))).toBe('accepted');
    await plane.clock.advance(MINUTE_MS);
  });

  it('takes commands with their time at once, about everything that was changed then', async () => {
    expect(await plane.says(release(b))).toBe('accepted');
    plane.restart(stepMs);
    await plane.says({ type: 'ReviseSubnet', subnet, coolingMs: 0 });
    await plane.says(reserve(a));
    plane.restart(-stepMs);
    await plane.clock.advance(MINUTE_MS);
    expect(await plane.says({ type: 'ReviseSubnet', subnet, coolingMs: 1 })).toBe('accepted');
    expect(await plane.says(release(a))).toBe('accepted');
    expect(await plane.saysPlainly(reserve(b))).toMatch(/accepted|SubnetExhausted/);
  });

  it('keeps the order of the record in time', async () => {
    plane.restart(stepMs);
    await plane.saysPlainly(release(b));
    plane.restart(-stepMs);
    await plane.clock.advance(HOUR_MS);
    await plane.says(reserve(a));
    const times = await plane.recordedTimes();
    expect(times).toEqual([...times].sort((one, other) => one - other));
  });

  it('lets what was released then cool for its time, and no longer', async () => {
    plane.restart(stepMs);
    expect(await plane.saysPlainly(release(b))).toBe('accepted');
    plane.restart(-stepMs);
    expect(await plane.says(reserve(a))).toBe('SubnetExhausted');
    await plane.clock.advance(5 * MINUTE_MS);
    plane.restart();
    await plane.clock.advance(10 * MINUTE_MS + 1);
    expect(await plane.says(reserve(a))).toBe('accepted');
  });

  it('lets what was released before cool for its time, seen from then and from after', async () => {
    expect(await plane.says(release(b))).toBe('accepted');
    plane.restart(stepMs);
    if (stepMs < 0) expect(await plane.saysPlainly(reserve(a))).toBe('SubnetExhausted');
    plane.restart(-stepMs);
    await plane.clock.advance(5 * MINUTE_MS);
    expect(await plane.says(reserve(a))).toBe('SubnetExhausted');
    await plane.clock.advance(5 * MINUTE_MS);
    expect(await plane.says(reserve(a))).toBe('accepted');
  });

  it('keeps what is kept for a time for that long, and no longer', async () => {
    const use = { subnet, holder: b };
    await plane.says({ type: 'SetRetention', ...use, retention: { keep: 'time', forMs: HOUR_MS } });
    await plane.says({ type: 'AttachUser', ...use, user: { object: 'pod/default/b', uid: 'u1' } });
    plane.restart(stepMs);
    const gone = { type: 'DetachUser', ...use, uid: 'u1', owner: 'gone', reason: 'over' } as const;
    expect(await plane.saysPlainly(gone)).toBe('accepted');
    plane.restart(-stepMs);
    const until = (await plane.reader()).view.subnet(subnet)?.users.of(b)?.retained?.untilMs ?? 0;
    expect(until - plane.clock.now()).toBeLessThanOrEqual(HOUR_MS);
    expect(until - plane.clock.now()).toBeGreaterThan(HOUR_MS - 2 * MINUTE_MS);
    expect(await plane.saysPlainly({ type: 'ReleaseExpired', ...use })).toBe('ReservationInUse');
    await plane.clock.advance(HOUR_MS + 1);
    expect(await plane.saysPlainly({ type: 'ReleaseExpired', ...use })).toBe('accepted');
  });

  it('refuses what comes late, by what was released since', async () => {
    plane.restart(stepMs);
    const late = plane.issued(reserve(a), stepMs);
    expect(await plane.saysPlainly(release(b))).toBe('accepted');
    plane.restart(-stepMs);
    await plane.clock.advance(HOUR_MS);
    expect(codeOf(await plane.execute(plane.issued(reserve(b), 62 * MINUTE_MS)))).toBe('CommandExpired');
    expect(codeOf(await plane.execute({ ...late, issuedAtMs: plane.clock.now() }))).toBe('accepted');
  });

  it('tells who holds it now, who held it before, and what happened since', async () => {
    expect(await plane.says({ type: 'ReviseSubnet', subnet, coolingMs: 1 })).toBe('accepted');
    const before = plane.clock.now();
    plane.restart(stepMs);
    expect(await plane.saysPlainly(release(b))).toBe('accepted');
    expect(await plane.saysPlainly({ type: 'ReviseSubnet', subnet, coolingMs: 0 })).toBe('accepted');
    expect(await plane.saysPlainly(reserve(a))).toBe('accepted');
    plane.restart(-stepMs);
    const { store, clock } = plane;
    const heldAt = async (reader: LedgerReader, atMs: number) =>
      (await whoHeld({ type: 'WhoHeld', address, atMs, subnet }, reader, store)).map(({ latest }) =>
        'holder' in latest ? latest.holder : latest.type,
      );
    const atOnce = await plane.reader();
    expect(await heldAt(atOnce, clock.now())).toEqual([a]);
    expect(await heldAt(atOnce, before - 1)).toEqual([b]);
    await clock.advance(HOUR_MS);
    const restartedMs = clock.now();
    expect(await plane.says(release(a))).toBe('accepted');
    await clock.advance(HOUR_MS);
    const later = await plane.reader();
    expect(await heldAt(later, clock.now())).toEqual([]);
    // When it really changed hands nobody knows: by the first event that is believed again.
    expect(await heldAt(later, restartedMs - 1)).toEqual(stepMs > 0 ? [b] : [a]);
    expect(await heldAt(later, before - 1)).toEqual([b]);
    const page = { size: 10 };
    const since = { type: 'GetHistory', subject: { holder: a }, subnet, fromMs: restartedMs, page } as const;
    const { entries } = await getHistory(since, later, store);
    expect(entries.map(({ type }) => type)).toContain('AddressReleased.v1');
  });
});

describe('a command that comes again', () => {
  it('gets its first reply after a life with a clock that was ahead, and is expired by the real clock only', async () => {
    const plane = new Plane();
    await plane.says(define('10.16.0.0/24'));
    const first = plane.issued(reserve(a));
    const reply = await plane.execute(first);
    for (const stepMs of [YEARS_MS, 2 * YEARS_MS]) {
      plane.restart(stepMs);
      await plane.saysPlainly(reserve(holder(`pod/default/${stepMs}`)));
      plane.restart(-stepMs);
    }
    await plane.clock.advance(23 * HOUR_MS);
    expect(await plane.execute(first)).toEqual(reply);
    await plane.clock.advance(HOUR_MS + 1);
    expect(codeOf(await plane.execute(first))).toBe('CommandExpired');
  });

  it('is judged by the real clock also where that went back under the process', async () => {
    const plane = new Plane();
    plane.clock.step(YEARS_MS);
    await plane.says(define('10.16.0.0/24'));
    await plane.says(reserve(b));
    plane.clock.step(-YEARS_MS);
    await plane.clock.advance(1);
    const answers = await Promise.all(
      [release(b), reserve(a), reserve(b)].map((command) => plane.says(command)),
    );
    expect(answers).toEqual(['accepted', 'accepted', 'accepted']);
  });
});
