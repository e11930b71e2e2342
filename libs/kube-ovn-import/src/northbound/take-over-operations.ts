// The operations that hand ports over, and back: of each row nothing but `external_ids` is written, and only while all
// that was judged is as it was. Pure.
import { type OvsdbOperation, operationsOf } from '@holdfast/ovsdb';
import { holderParts, parseHolder } from '@holdfast/ipam';
import {
  kindOfKey,
  OVN_Northbound,
  partsOf,
  rowOwnerOf,
  setKeys,
  type SwitchPortRow,
} from '@holdfast/ovn/planning';
import { ALLOWED_KEY, OWNER_KEY } from '@holdfast/ovn';
import { KUBE_OVN, type PortToTakeOver, TAKEN_FROM_KEY } from './plan-take-over';

const { wait } = operationsOf(OVN_Northbound);

/** What stands for one port in a transaction; its guards come first. */
export interface PortOperations {
  readonly guards: readonly OvsdbOperation[];
  readonly writes: readonly OvsdbOperation[];
}

/** Refused if anything about the row is not as it was read, its place on the switch included. */
export function takeOver({ row, place, keys }: PortToTakeOver): PortOperations {
  return {
    guards: [
      isAsRead(row),
      wait('Logical_Switch', {
        where: [
          ['_uuid', '==', place as never],
          ['ports', 'includes', [row._uuid]],
        ],
        columns: ['_uuid'],
        until: '==',
        rows: [{ _uuid: place }] as never,
        timeoutMs: 0,
      }),
    ],
    writes: [setKeys('Logical_Switch_Port', row._uuid, keys)],
  };
}

/** As Kube-OVN would have made it: it looks for its ports by vendor, and for a Pod's by `pod`. */
export function giveBack(row: SwitchPortRow): PortOperations {
  const pod = row.external_ids['pod'] ?? podOf(row);
  const keys = {
    [OWNER_KEY]: undefined,
    [TAKEN_FROM_KEY]: undefined,
    [ALLOWED_KEY]: undefined,
    vendor: KUBE_OVN,
    ...(pod !== undefined && { pod }),
  };
  return { guards: [isAsRead(row)], writes: [setKeys('Logical_Switch_Port', row._uuid, keys)] };
}

function isAsRead(row: SwitchPortRow): OvsdbOperation {
  const { _uuid, ...columns } = row;
  return wait('Logical_Switch_Port', {
    where: [['_uuid', '==', _uuid]],
    columns: Object.keys(columns) as never,
    until: '==',
    rows: [columns],
    timeoutMs: 0,
  });
}

/** "default/web-0": the Pod that the port's holder has, or the machine, as Kube-OVN names it. */
function podOf(row: SwitchPortRow): string | undefined {
  const owner = rowOwnerOf(row);
  const holder = owner && kindOfKey(owner.due) === 'port' ? parseHolder(partsOf(owner.due).name) : undefined;
  if (!holder) return undefined;
  const { kind, namespace, name, ordinal } = holderParts(holder);
  if (kind === 'statefulset') return `${namespace}/${name}-${ordinal}`;
  return kind === 'pod' || kind === 'vm' ? `${namespace}/${name}` : undefined;
}
