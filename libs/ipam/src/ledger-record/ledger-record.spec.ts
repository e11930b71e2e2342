import { type LedgerRecordCommand, type LedgerRecordState, ledgerRecord } from './ledger-record';

const start = (ledger: string, incarnation: string, level = 2, isNew = true): LedgerRecordCommand => ({
  ...{ type: 'StartIncarnation', ledger, incarnation, isNew },
  program: { version: '0.1.0', level },
});
const raise = (level: number): LedgerRecordCommand => ({ type: 'RaiseFormatLevel', level });
const fenced: LedgerRecordCommand = { type: 'FenceSide', side: 'northbound', why: 'Forked', message: 'at 7' };
const other: LedgerRecordCommand = {
  ...{ type: 'FenceSide', side: 'northbound', why: 'OtherLedger', message: 'of l2' },
};
const lifted: LedgerRecordCommand = { type: 'LiftFence', side: 'northbound', because: 'it agrees' };

/** The types of the events that each command led to, and the state after all. */
function run(...commands: readonly LedgerRecordCommand[]): { events: string[][]; state: LedgerRecordState } {
  let state = ledgerRecord.initial();
  const events = commands.map((command, at) => {
    const decision = ledgerRecord.decide(command, state);
    if (decision.rejected) throw new Error(decision.rejected.message);
    const stored = decision.events.map((event) =>
      ledgerRecord.codec.decode(ledgerRecord.codec.encode(event)),
    );
    for (const event of stored) state = ledgerRecord.evolve(state, event, at);
    return stored.map(({ type }) => type);
  });
  return { events, state };
}

describe('the ledger’s record of itself', () => {
  it('gives the ledger its id once, and knows every incarnation since', () => {
    const { events, state } = run(start('l1', 'a'), start('l2', 'b'), start('l1', 'b'));
    expect(events).toEqual([['LedgerFounded', 'IncarnationStarted'], ['IncarnationStarted'], []]);
    expect(state.ledger).toBe('l1');
    expect([...state.incarnations]).toEqual(['a', 'b']);
  });

  it('keeps a fence until it is lifted, and records neither twice', () => {
    const { events, state } = run(fenced, { ...fenced, message: 'at 8' } as LedgerRecordCommand, other);
    expect(events).toEqual([['SideFenced'], [], ['SideFenced']]);
    expect(state.fences.get('northbound')).toEqual({ why: 'OtherLedger', message: 'of l2', sinceMs: 2 });
    const after = run(fenced, lifted, lifted);
    expect(after.events).toEqual([['SideFenced'], ['FenceLifted'], []]);
    expect(after.state.fences.size).toBe(0);
  });

  it('is founded at the level of the program that founds it', () => {
    for (const level of [1, 2, 3]) expect(run(start('l1', 'a', level)).state.level).toBe(level);
  });

  it('stays at its level where it is from before there were levels, until it is raised, and never goes back', () => {
    const { events, state } = run(start('l1', 'a', 2, false), raise(2), raise(2), raise(1), start('l1', 'b'));
    expect(events).toEqual([
      ['LedgerFounded', 'IncarnationStarted'],
      ['FormatLevelRaised'],
      ...[[], []],
      ['IncarnationStarted'],
    ]);
    expect(state.level).toBe(2);
    expect(run(start('l1', 'a', 2, false)).state.level).toBe(1);
  });

  it('starts no older program on it', () => {
    const { state } = run(start('l1', 'a', 3));
    expect(ledgerRecord.decide(start('l1', 'b', 2), state).rejected?.message).toBe(
      'program.level: this ledger is written at level 3, this program reads up to level 2',
    );
  });

  it('reads nothing that it does not know', () => {
    expect(() => ledgerRecord.codec.decode({ type: 'LedgerFounded.v9', data: '{}' })).toThrow(/not known/);
  });
});
