// Whether ports may be handed over to a ledger, by the mark that the Northbound has. It reads no log: that the mark's event is in
// the ledger, the projector finds out, and the transaction happens only while the mark is the one that it left.
import type { LedgerMark } from '@holdfast/ipam';
import { recordedIn, type GlobalRow } from '@holdfast/ovn/planning';

export type HandOverVerdict =
  | { readonly may: 'write' }
  | {
      readonly may: 'wait';
      readonly why: 'LedgerEmpty' | 'LedgerBehind' | 'OtherLedger';
      readonly message: string;
    };

/** @param mark where our ledger stands */
export function judgeMark(
  global: GlobalRow | undefined,
  mark: LedgerMark,
  comparePositions: (a: string, b: string) => number,
): HandOverVerdict {
  const { position, ledger } = recordedIn(global);
  if (mark.ledger !== undefined && ledger !== undefined && mark.ledger !== ledger)
    return {
      ...{ may: 'wait', why: 'OtherLedger' },
      message: `The Northbound's rows come from the ledger ${ledger}, not from this one (${mark.ledger}); see \`holdfast recover\`.`,
    };
  if (mark.position === undefined)
    return { may: 'wait', why: 'LedgerEmpty', message: 'Nothing was recorded in the ledger yet.' };
  if (position !== undefined && comparePositions(position, mark.position) > 0)
    return {
      ...{ may: 'wait', why: 'LedgerBehind' },
      message: `The Northbound's rows go to position ${position}, this ledger only to ${mark.position}; see \`holdfast recover\`.`,
    };
  return { may: 'write' };
}
