// When addresses may be given out: by what this process found at its sides, and by what others on the ledger recorded.
import { type EventStore, MemoryEventStore } from '@holdfast/event-store';
import type { FencedVerdict, Side } from '@holdfast/ipam';
import { startOnLedger } from '../testing/started-process';
import { SideComparisons } from './side-comparisons';

const FORKED: FencedVerdict = { kind: 'fenced', why: 'Forked', message: 'they parted' };
const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

interface Life {
  readonly sides: readonly Side[];
  readonly isSoleWriter?: boolean;
  readonly servesUncompared?: boolean;
}

/** A process that starts on the store. */
async function start(store: EventStore, { sides, isSoleWriter = true, servesUncompared = false }: Life) {
  const started = await startOnLedger(store, isSoleWriter);
  ended.push(started.stop);
  const { clock, reader, identity } = started;
  const faults: unknown[] = [];
  const comparisons = new SideComparisons({
    ...{ reader, identity, clock, sides, servesUncompared },
    onFault: (fault) => faults.push(fault),
  });
  /** What is refused once the process has been there for so long. */
  const refusedAfter = async (ms: number): Promise<string | undefined> => {
    await clock.advance(ms);
    const refusal = await comparisons.refusal();
    return refusal && `${refusal.code} ${JSON.stringify(refusal.facts)}`;
  };
  /** The log says something else of a side. */
  const recorded = (): Promise<void> => new Promise((resolve) => void reader.onRecord(resolve));
  return { clock, comparisons, faults, refusedAfter, recorded };
}

const refused = (side: Side, why: string): string => `Fenced ${JSON.stringify({ side, why })}`;

describe('a process', () => {
  it('gives out nothing before every side was compared, and then does', async () => {
    const { comparisons, refusedAfter } = await start(new MemoryEventStore(), {
      sides: ['northbound', 'kubernetes'],
    });
    expect(await refusedAfter(3_000)).toBe(refused('northbound', 'Uncompared'));
    comparisons.agrees('northbound');
    expect(await refusedAfter(0)).toBe(refused('kubernetes', 'Uncompared'));
    comparisons.agrees('kubernetes');
    expect(await refusedAfter(0)).toBeUndefined();
  });

  it('lets callers wait for the comparisons while it starts, and only then', async () => {
    const { clock, comparisons } = await start(new MemoryEventStore(), { sides: ['northbound'] });
    await clock.advance(1_000);
    const waiting = comparisons.refusal();
    comparisons.agrees('northbound');
    expect(await waiting).toBeUndefined();

    const late = await start(new MemoryEventStore(), { sides: ['northbound'] });
    let answers = 0;
    void late.comparisons.refusal().then(() => (answers += 1));
    await late.clock.advance(2_999);
    expect(answers).toBe(0);
    await late.clock.advance(1);
    expect(answers).toBe(1);
    void late.comparisons.refusal().then(() => (answers += 1));
    await late.clock.advance(0);
    expect(answers).toBe(2);
  });

  it('gives out addresses uncompared where it is told to, but never while a side is fenced', async () => {
    const life = { sides: ['northbound'], servesUncompared: true } as const;
    const { comparisons, refusedAfter } = await start(new MemoryEventStore(), life);
    expect(await refusedAfter(0)).toBeUndefined();
    comparisons.fence('northbound', FORKED);
    expect(await refusedAfter(0)).toBe(refused('northbound', 'Forked'));
  });

  it('tells once of a fence, and gives out addresses again when the side agrees', async () => {
    const { comparisons, refusedAfter, faults } = await start(new MemoryEventStore(), {
      sides: ['northbound'],
    });
    const states: string[] = [];
    const isFree = new Promise<void>((resolve) => {
      comparisons.onChange(({ state }) => {
        states.push(state);
        if (state === 'agrees') resolve();
      });
    });
    comparisons.fence('northbound', FORKED);
    comparisons.fence('northbound', { ...FORKED, message: 'they parted, says the next look' });
    expect(await refusedAfter(0)).toBe(refused('northbound', 'Forked'));
    comparisons.agrees('northbound');
    await isFree;
    expect(await refusedAfter(0)).toBeUndefined();
    expect([states, faults]).toEqual([['fenced', 'agrees'], []]);
  });
});

describe('a fence in the ledger', () => {
  it('is obeyed by every process on it, also by one that does not write there', async () => {
    const store = new MemoryEventStore();
    const one = await start(store, { sides: ['northbound'], isSoleWriter: false });
    const other = await start(store, { sides: [], isSoleWriter: false });
    expect(await other.refusedAfter(0)).toBeUndefined();
    const isKnown = other.recorded();
    one.comparisons.fence('northbound', FORKED);
    await isKnown;
    expect(await other.refusedAfter(0)).toBe(refused('northbound', 'Forked'));
    const isLifted = other.recorded();
    one.comparisons.agrees('northbound');
    await isLifted;
    expect(await other.refusedAfter(0)).toBeUndefined();
  });

  it('outlives the process, and ends when the side agrees', async () => {
    const store = new MemoryEventStore();
    const before = await start(store, { sides: ['northbound'] });
    const isKnown = before.recorded();
    before.comparisons.fence('northbound', FORKED);
    await isKnown;
    const after = await start(store, { sides: ['northbound'], servesUncompared: true });
    expect(await after.refusedAfter(0)).toBe(refused('northbound', 'Forked'));
    const isLifted = after.recorded();
    after.comparisons.agrees('northbound');
    await isLifted;
    expect(await after.refusedAfter(0)).toBeUndefined();
  });

  it('stops nobody where the only process does not write to that side any more', async () => {
    const store = new MemoryEventStore();
    const before = await start(store, { sides: ['northbound'] });
    const isKnown = before.recorded();
    before.comparisons.fence('northbound', FORKED);
    await isKnown;
    expect(await (await start(store, { sides: [] })).refusedAfter(0)).toBeUndefined();
  });
});
