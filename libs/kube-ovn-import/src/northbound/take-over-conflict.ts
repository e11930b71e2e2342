// Why a port that Kube-OVN made cannot be taken over as it is. Nothing of such a port is changed; people settle it.
import type { Columns, KnownPort } from '@holdfast/ovn/planning';
import type { NorthboundKey, ObstacleReason } from '@holdfast/ovn';

export type TakeOverCode =
  /** The row says something else than the ledger. */
  | 'RowDiffers'
  /** Neither Holdfast nor Kube-OVN made it. */
  | 'RowOfOthers'
  /** It is on another switch, or on several. */
  | 'RowElsewhere'
  /** It was changed between reading and writing. */
  | 'RowChanged'
  /** It agrees, but so many others that do not stand in its way and in each other's that it was not found out. */
  | 'Unsettled'
  /** A load balancer of others has a front of the Vip. */
  | 'FrontServed'
  | ObstacleReason;

export interface TakeOverConflict {
  readonly code: TakeOverCode;
  /** What of the ledger it is about. */
  readonly key: NorthboundKey;
  /** Name of the row that is in question, of a port or of a load balancer; '' where it is not one row. */
  readonly row: string;
  /** Of a row that differs: what its columns are and should be. */
  readonly found?: Columns;
  readonly desired?: Columns;
  /** What is wrong and what to do about it. */
  readonly message: string;
}

export function rowOfOthers(key: NorthboundKey, { row }: KnownPort): TakeOverConflict {
  const { vendor } = row.external_ids;
  const whose = vendor === undefined ? 'says no vendor' : `is of vendor ${JSON.stringify(vendor)}`;
  return {
    ...{ code: 'RowOfOthers', key, row: row.name },
    message: `Logical_Switch_Port ${row.name} ${whose}, and not of kube-ovn: it stays whose it is. Remove or rename it, or find out who made it.`,
  };
}

export function rowElsewhere(
  key: NorthboundKey,
  { row }: KnownPort,
  isOn: readonly string[],
  desired: string,
): TakeOverConflict {
  const where = isOn.length === 0 ? 'on no switch' : `on ${isOn.join(' and ')}`;
  return {
    ...{ code: 'RowElsewhere', key, row: row.name },
    message: `Logical_Switch_Port ${row.name} is ${where}, and by the ledger on ${desired}. A port cannot be moved without its binding: find out which is right.`,
  };
}

export function rowDiffers(
  key: NorthboundKey,
  { row }: KnownPort,
  found: Columns,
  desired: Columns,
): TakeOverConflict {
  const columns = Object.keys(desired).join(', ');
  return {
    ...{ code: 'RowDiffers', key, row: row.name, found, desired },
    message: `Logical_Switch_Port ${row.name} is not as the ledger says (${columns}). ${remedyFor(row.name, found, desired)}`,
  };
}

function remedyFor(name: string, found: Columns, desired: Columns): string {
  const [before = {}, after = {}] = [found['options'], desired['options']] as {
    readonly [key: string]: string;
  }[];
  if (before['virtual-ip']?.includes(','))
    return `OVN makes nothing of a pair in virtual-ip, so that it serves nobody: delete it (ovn-nbctl lsp-del ${name}), and Holdfast makes one port a family.`;
  if (before['virtual-ip'] === after['virtual-ip'] && before['virtual-parents'] !== after['virtual-parents'])
    return 'Its parents are granted by the control plane once that runs with this cluster; run this again then, and if it still differs see which Pods name the Vip.';
  return 'Find out which is right, and correct the other.';
}

export const unsettled = (key: NorthboundKey, { row }: KnownPort): TakeOverConflict => ({
  ...{ code: 'Unsettled', key, row: row.name },
  message: `Whether Logical_Switch_Port ${row.name} can be taken over depends on others that cannot. Settle those first, and run this again.`,
});

export const rowChanged = (key: NorthboundKey, name: string): TakeOverConflict => ({
  ...{ code: 'RowChanged', key, row: name },
  message: `Logical_Switch_Port ${name} was changed while it was to be taken over, and is left alone. Stop who changes it, and run this again.`,
});

export const frontServed = (
  key: NorthboundKey,
  balancer: string,
  uuid: string,
  front: string,
): TakeOverConflict => ({
  ...{ code: 'FrontServed', key, row: balancer },
  message: `Load_Balancer ${balancer} has the front ${front}, together with those of others in one row, so that it cannot be taken over. Once a rule of Holdfast's serves the front, take it out there: ovn-nbctl remove Load_Balancer ${uuid} vips '"${front.replaceAll('"', '')}"'`,
});
