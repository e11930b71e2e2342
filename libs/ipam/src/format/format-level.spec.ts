// The table of levels against what was ever written, and the ledger's record against the table.
import fs from 'node:fs';
import path from 'node:path';
import { type LedgerRecordState, ledgerRecord } from '../ledger-record';
import { FORMAT_LEVEL, formsBetween, LEVEL_OF_FORM, levelOfForm } from './format-level';

const FOLDER = path.join(__dirname, '../../../../test/golden/events');
const written = fs.readdirSync(FOLDER).map((file) => path.basename(file, '.json'));

/** What stood here before there were levels is level 1, and what came with a level stays at it: both for ever. */
const SINCE_LEVEL: Readonly<Record<number, readonly string[]>> = {
  2: [
    ...['AddressSettled.v1', 'AddressWithheld.v1', 'FormatLevelRaised.v1'],
    ...['IncarnationStarted.v2', 'LedgerFounded.v2', 'SideRecovered.v1'],
  ],
};

describe('the levels of stored forms', () => {
  it('are known of each form that was ever written, and of no other', () => {
    expect(Object.keys(LEVEL_OF_FORM).sort()).toEqual(written.sort());
  });

  it('are those at which they came', () => {
    for (const form of written) {
      const [level = 1] = Object.entries(SINCE_LEVEL).find(([, forms]) => forms.includes(form)) ?? [];
      expect([form, levelOfForm(form)]).toEqual([form, Number(level)]);
    }
    expect(Math.max(...Object.values(LEVEL_OF_FORM))).toBe(FORMAT_LEVEL);
    expect(formsBetween(1, 2)).toEqual(SINCE_LEVEL[2]);
    expect(formsBetween(2, FORMAT_LEVEL)).toEqual([]);
  });

  it.each(['AddressReserved.v9', 'constructor', ''])('are of no form that nobody writes: %j', (form) => {
    expect(() => levelOfForm(form)).toThrow(RangeError);
  });
});

describe('a ledger’s record of itself', () => {
  const PROGRAMS = [1, 2, 3].map((level) => ({ version: `0.${level}.0`, level }));
  const states = [undefined, 1, 2, 3].map((level): LedgerRecordState => {
    const { events } = { events: level === undefined ? [] : [{ type: 'FormatLevelRaised' as const, level }] };
    return events.reduce<LedgerRecordState>(
      (s, event) => ledgerRecord.evolve(s, event, 0),
      ledgerRecord.initial(),
    );
  });

  it('writes no form that the ledger’s level has not, whichever program starts on which ledger', () => {
    let starts = 0;
    for (const state of states)
      for (const program of PROGRAMS)
        for (const isNew of [true, false]) {
          const decision = ledgerRecord.decide(
            { type: 'StartIncarnation', ledger: 'l', incarnation: 'i', program, isNew },
            state,
          );
          expect(decision.rejected !== undefined).toBe(state.level > program.level);
          if (decision.rejected) continue;
          const level = isNew ? program.level : state.level;
          const forms = decision.events.map((event) => ledgerRecord.codec.encode(event).type);
          starts += forms.length;
          for (const form of forms) expect(levelOfForm(form)).toBeLessThanOrEqual(level);
        }
    expect(starts).toBeGreaterThan(20);
  });
});
