// How far into the ledger the Northbound's rows go, kept in the Northbound itself and written by the transaction
// that makes it true: nothing of ours there is newer. It fences each transaction; whether a mark is of our ledger at all, is for
// libs/projection to find out.
import { isSameMark, type LedgerMark, MARK_FIELDS, markFrom } from '@holdfast/ipam';
import { type OvsdbOperation, operationsOf } from '@holdfast/ovsdb';
import { OVN_Northbound } from '../generated/northbound';
import type { GlobalRow } from '../model/tables';
import { setKeys } from '../plan/writes';

const { insert, wait } = operationsOf(OVN_Northbound);

/** Keys of `NB_Global.external_ids`. */
const keyOf = <Field extends keyof LedgerMark>(field: Field) => `holdfast:${field}` as const;
export const POSITION_KEY = keyOf('position');
export const LEDGER_KEY = keyOf('ledger');

export const recordedIn = (global: GlobalRow | undefined): LedgerMark =>
  markFrom((field) => global?.external_ids[keyOf(field)]);

/** Lets a transaction happen only if the mark is still what `global` says. */
export function fence(global: GlobalRow | undefined): OvsdbOperation {
  if (!global)
    return wait('NB_Global', { where: [], columns: ['name'], until: '==', rows: [], timeoutMs: 0 });
  const { _uuid, external_ids: ids } = global;
  const recorded = recordedIn(global);
  if (recorded.position !== undefined)
    return wait('NB_Global', {
      where: [
        ['_uuid', '==', _uuid],
        ['external_ids', 'includes', present(markKeys(recorded))],
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
export const record = (global: GlobalRow, mark: LedgerMark): readonly OvsdbOperation[] =>
  isSameMark(recordedIn(global), mark) ? [] : [setKeys('NB_Global', global._uuid, markKeys(mark))];

/** The global row once the mark is moved. */
export function marked(global: GlobalRow, mark: LedgerMark): GlobalRow {
  const keys = markKeys(mark);
  const others = Object.entries(global.external_ids).filter(([key]) => !(key in keys));
  return { ...global, external_ids: { ...Object.fromEntries(others), ...present(keys) } };
}

type MarkKeys = { readonly [key: string]: string | undefined };

const markKeys = (mark: LedgerMark): MarkKeys =>
  Object.fromEntries(MARK_FIELDS.map((field) => [keyOf(field), mark[field]]));

function present(keys: MarkKeys): { readonly [key: string]: string } {
  const there = Object.entries(keys).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(there);
}
