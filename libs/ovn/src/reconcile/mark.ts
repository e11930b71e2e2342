// How far into the ledger the Northbound's rows go, kept in the Northbound itself and written by the transaction
// that makes it true: nothing of ours there is newer. It fences: whoever is behind it must not write.
import { type OvsdbOperation, operationsOf } from '@holdfast/ovsdb';
import { OVN_Northbound } from '../generated/northbound';
import type { GlobalRow } from '../model/tables';
import { setKeys } from '../plan/writes';

const { insert, wait } = operationsOf(OVN_Northbound);

/** Keys of `NB_Global.external_ids`. */
export const POSITION_KEY = 'holdfast:position';
export const LEDGER_KEY = 'holdfast:ledger';

/** Where a ledger stands. */
export interface LedgerMark {
  /** Of the last event of a Subnet; `undefined`: there is none yet. */
  readonly position: string | undefined;
  /** The ledger's id; `undefined` if ledgers are not to be distinguished. */
  readonly ledger: string | undefined;
}

export type MarkVerdict =
  | { readonly may: 'write' }
  /** Nothing was ever recorded, so there is nothing to project. */
  | { readonly may: 'wait'; readonly why: 'LedgerEmpty'; readonly message: string }
  /** The rows come from events that our view has not, or not yet. */
  | { readonly may: 'wait'; readonly why: 'LedgerBehind' | 'OtherLedger'; readonly message: string };

/** Whether a ledger that stands at `mark` may write to a Northbound whose global row is this. */
export function judge(
  global: GlobalRow | undefined,
  mark: LedgerMark,
  comparePositions: (a: string, b: string) => number,
): MarkVerdict {
  const { position, ledger } = recordedIn(global);
  if (mark.ledger !== undefined && ledger !== undefined && mark.ledger !== ledger)
    return {
      may: 'wait',
      why: 'OtherLedger',
      message: `The Northbound's rows come from the ledger ${ledger}, not from this one (${mark.ledger}). ${REMEDY}`,
    };
  if (
    position !== undefined &&
    (mark.position === undefined || comparePositions(position, mark.position) > 0)
  )
    return {
      may: 'wait',
      why: 'LedgerBehind',
      message: `The Northbound's rows go to position ${position}, this ledger only to ${mark.position ?? 'its beginning'}. ${REMEDY}`,
    };
  if (mark.position === undefined)
    return { may: 'wait', why: 'LedgerEmpty', message: 'Nothing was recorded in the ledger yet.' };
  return { may: 'write' };
}

const REMEDY =
  'If the other one is lost and this one is to rule, give it the Northbound: ' +
  `ovn-nbctl remove NB_Global . external_ids '"${POSITION_KEY}"' -- remove NB_Global . external_ids '"${LEDGER_KEY}"'; ` +
  'it then replaces the rows that Holdfast owns by its own.';

export function recordedIn(global: GlobalRow | undefined): LedgerMark {
  return { position: global?.external_ids[POSITION_KEY], ledger: global?.external_ids[LEDGER_KEY] };
}

/** Lets a transaction happen only if the mark is still what `global` says. */
export function fence(global: GlobalRow | undefined): OvsdbOperation {
  if (!global)
    return wait('NB_Global', { where: [], columns: ['name'], until: '==', rows: [], timeoutMs: 0 });
  const { _uuid, external_ids: ids } = global;
  const { position } = recordedIn(global);
  if (position !== undefined)
    return wait('NB_Global', {
      where: [
        ['_uuid', '==', _uuid],
        ['external_ids', 'includes', { [POSITION_KEY]: position }],
      ],
      columns: ['_uuid'],
      until: '!=',
      rows: [],
      timeoutMs: 0,
    });
  // No condition can say that a key is not there, so all keys must be as they were.
  return wait('NB_Global', {
    where: [['_uuid', '==', _uuid]],
    columns: ['external_ids'],
    until: '==',
    rows: [{ external_ids: ids }],
    timeoutMs: 0,
  });
}

/** The row that `ovn-nbctl init` makes: a database that nobody initialised yet has none. */
export const globalRow = (): OvsdbOperation => insert('NB_Global', {});

/** Moves the mark. */
export function record(global: GlobalRow, mark: LedgerMark): readonly OvsdbOperation[] {
  const keys = markKeys(mark);
  const isSame = Object.entries(keys).every(([key, value]) => global.external_ids[key] === value);
  return isSame ? [] : [setKeys('NB_Global', global._uuid, keys)];
}

/** The global row once the mark is moved. */
export const marked = (global: GlobalRow, mark: LedgerMark): GlobalRow => ({
  ...global,
  external_ids: { ...global.external_ids, ...markKeys(mark) },
});

function markKeys({ position, ledger }: LedgerMark): { readonly [key: string]: string } {
  return {
    ...(position !== undefined && { [POSITION_KEY]: position }),
    ...(ledger !== undefined && { [LEDGER_KEY]: ledger }),
  };
}
