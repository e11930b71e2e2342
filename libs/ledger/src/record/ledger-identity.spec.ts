// What a ledger says of marks that it finds, over stores that were lost, restored, parted and cloned.
import { systemChance } from '@holdfast/clock';
import { VirtualClock } from '@holdfast/clock/testing';
import { type EventStore, MemoryEventStore } from '@holdfast/event-store';
import { type Cidr, eventText, type LedgerMark, parseCidr } from '@holdfast/ipam';
import { SubnetLoop } from '../command/aggregate-loops';
import { toRejection } from '../command/loop-rejections';
import { startOnLedger } from '../testing/started-process';

const actor = { name: 'ann', through: 'http' } as const;
const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

/** A process that starts on the store. */
async function start(store: EventStore, { isSoleWriter = true } = {}) {
  const started = await startOnLedger(store, isSoleWriter);
  ended.push(started.stop);
  const { clock, reader, identity } = started;
  const subnets = new SubnetLoop({ store, clock, chance: systemChance, refuse: toRejection });
  const cidrs = [parseCidr('10.0.0.0/24') as Cidr];
  const define = async (name: string): Promise<LedgerMark> => {
    const outcome = await subnets.execute(name, {
      actor,
      command: { type: 'DefineSubnet', subnet: name, cidrs },
    });
    if (outcome.rejected) throw new Error(outcome.rejected.message);
    expect(await reader.hasReached(outcome.position!, 1_000)).toBe(true);
    return identity.mark();
  };
  return { clock, reader, identity, define, judge: (mark: LedgerMark) => identity.judge(mark, 'northbound') };
}

/** As `cp` would have it, up to a number of events. */
async function copyOf(store: EventStore, eventsMax = Infinity): Promise<MemoryEventStore> {
  const copy = new MemoryEventStore();
  let copied = 0;
  for await (const page of store.readAll(undefined)) {
    for (const { stream, version, id, type, data, metadata } of page) {
      if (copied >= eventsMax) return copy;
      await copy.append(stream, version - 1, [{ id, type, data, metadata }]);
      copied += 1;
    }
  }
  return copy;
}

const agrees = { kind: 'agrees' };
const fenced = (why: string) => expect.objectContaining({ kind: 'fenced', why });

describe('a ledger', () => {
  it('agrees with the marks of its own processes, over restarts', async () => {
    const store = new MemoryEventStore();
    const first = await start(store);
    const marks = [first.identity.mark(), await first.define('a'), await first.define('b')];
    const second = await start(store);
    expect(second.identity.ledger).toBe(first.identity.ledger);
    for (const mark of marks) expect(await second.judge(mark)).toEqual(agrees);
    expect(await second.judge({})).toEqual(agrees);
  });

  it('knows one from before there was a record by its first event', async () => {
    const store = new MemoryEventStore();
    const subnets = new SubnetLoop({
      ...{ store, clock: new VirtualClock(), chance: systemChance, refuse: toRejection },
    });
    const cidrs = [parseCidr('10.0.0.0/24') as Cidr];
    await subnets.execute('old', { actor, command: { type: 'DefineSubnet', subnet: 'old', cidrs } });
    let first = '';
    for await (const page of store.readAll(undefined)) first ||= page[0]!.id;
    const now = await start(store);
    expect(now.identity.ledger).toBe(first);
    expect(await now.judge({ ledger: first, position: '1' })).toEqual(agrees);
  });

  it('goes on where an operator decided so, from that mark, at that side, and from no other', async () => {
    const mark = await (await start(new MemoryEventStore())).define('a');
    const store = new MemoryEventStore();
    const other = await start(store);
    const decision = {
      side: 'northbound',
      choice: 'ledger',
      because: 'staging is gone',
      replaced: mark,
    } as const;
    await other.identity.recover(decision, 'ann');
    expect(await other.judge(mark)).toEqual(agrees);
    expect(await other.identity.judge(mark, 'kubernetes')).toEqual(fenced('OtherLedger'));
    expect(await other.judge({ ...mark, position: '99' })).toEqual(fenced('OtherLedger'));
    expect(await other.identity.compare(mark)).toEqual(fenced('OtherLedger'));
    expect(await (await start(store)).judge(mark)).toEqual(agrees);
  });

  it('is fenced when it is another one, or was lost', async () => {
    const mark = await (await start(new MemoryEventStore())).define('a');
    const other = await start(new MemoryEventStore());
    expect(await other.judge(mark)).toEqual(fenced('OtherLedger'));
    for (const name of ['a', 'b', 'c']) await other.define(name);
    expect(await other.judge(mark)).toEqual(fenced('OtherLedger'));
  });

  it('is fenced when it is an older backup, before and after it passes the old end', async () => {
    const store = new MemoryEventStore();
    const original = await start(store);
    await original.define('a');
    const backup = await copyOf(store);
    const mark = await original.define('lost');
    const restored = await start(backup);
    // Its own start took the place of the lost event.
    expect(await restored.judge(mark)).toEqual(fenced('Forked'));
    const further = await copyOf(backup, 3);
    expect(await (await start(further)).judge({ ...mark, position: '99' })).toEqual(fenced('LedgerBehind'));
    for (const name of ['b', 'lost', 'c']) await restored.define(name);
    expect(await restored.judge(mark)).toEqual(fenced('Forked'));
  });

  it('is fenced when it is a copy, before the first event after the copy', async () => {
    const store = new MemoryEventStore();
    await (await start(store)).define('a');
    const clone = await copyOf(store);
    const mark = (await start(store)).identity.mark();
    const cloned = await start(clone);
    expect(await cloned.judge(mark)).toEqual(fenced('UnknownIncarnation'));
    expect(await (await start(store)).judge(cloned.identity.mark())).toEqual(fenced('UnknownIncarnation'));
  });

  it('is fenced by an event that is not the one at that place', async () => {
    const store = new MemoryEventStore();
    const { judge, define } = await start(store);
    const mark = await define('a');
    const event = eventText({ stream: 'subnet-a', version: 0, id: '00000000-0000-4000-8000-000000000000' });
    expect(await judge({ ...mark, event })).toEqual(fenced('Forked'));
    expect(await judge({ ...mark, event: 'nonsense' })).toEqual(fenced('Forked'));
    expect(await judge({ ...mark, event: mark.event!.replace('@0', '@7') })).toEqual(fenced('Forked'));
  });
});

describe('several processes on one ledger', () => {
  it('agree with each other’s marks, also with those that they have not read yet', async () => {
    const store = new MemoryEventStore();
    const [a, b] = [await start(store, { isSoleWriter: false }), await start(store, { isSoleWriter: false })];
    const mark = await a.define('a');
    expect(await b.judge(mark)).toEqual(agrees);
    expect(await a.judge(await b.define('b'))).toEqual(agrees);
  });

  it('all obey a fence that one of them recorded, and a restart does too', async () => {
    const store = new MemoryEventStore();
    const [a, b] = [await start(store, { isSoleWriter: false }), await start(store, { isSoleWriter: false })];
    const verdict = { kind: 'fenced', why: 'Forked', message: 'they parted' } as const;
    const followed = new Promise<void>((resolve) => void b.reader.onRecord(resolve));
    await a.identity.fence('kubernetes', verdict);
    await followed;
    expect(b.identity.fenceOf('kubernetes')).toMatchObject({ why: 'Forked', message: 'they parted' });
    expect((await start(store)).identity.fenceOf('kubernetes')).toMatchObject({ why: 'Forked' });
    await b.identity.lift('kubernetes', 'an operator said so');
    expect((await start(store)).identity.fenceOf('kubernetes')).toBeUndefined();
  });
});
