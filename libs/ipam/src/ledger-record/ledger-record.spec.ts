import { type LedgerRecordCommand, type LedgerRecordState, ledgerRecord } from './ledger-record';

const start = (ledger: string, incarnation: string): LedgerRecordCommand => ({
  ...{ type: 'StartIncarnation', ledger, incarnation },
});
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

  it('reads nothing that it does not know', () => {
    expect(() => ledgerRecord.codec.decode({ type: 'LedgerFounded.v2', data: '{}' })).toThrow(/not known/);
  });
});
