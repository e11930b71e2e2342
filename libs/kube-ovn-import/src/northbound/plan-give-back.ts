// The way back: which ports Kube-OVN is to look after again. All that it would have made itself, whoever made them:
// those of holders and of Vips' users, and virtual ports. What it does not know (router ports of Vips, load balancers of
// rules) stays Holdfast's. Pure.
import { kindOfKey, nameOf, rowOwnerOf, type SwitchPortRow } from '@holdfast/ovn/planning';
import type { RowKey } from '@holdfast/ovn';
import { TAKEN_FROM_KEY } from './plan-take-over';

export interface PortToGiveBack {
  readonly key: RowKey;
  /** As it was read: it is given back only while it is so. */
  readonly row: SwitchPortRow;
  /** It was taken over; else Holdfast made it. */
  readonly wasTaken: boolean;
}

/** Of a Vip's rows: those that Kube-OVN has, too. */
const OF_VIP = /\/(user|ipv4|ipv6)$/;

export function planGiveBack(ports: readonly SwitchPortRow[]): readonly PortToGiveBack[] {
  const inOrder = [...ports].sort((a, b) => (a.name < b.name ? -1 : 1));
  return inOrder.flatMap((row) => {
    const owner = rowOwnerOf(row);
    if (!owner) return [];
    const kind = kindOfKey(owner.key);
    if (kind !== 'port' && !(kind === 'vip' && OF_VIP.test(nameOf(owner.key)))) return [];
    return [{ key: owner.key, row, wasTaken: TAKEN_FROM_KEY in row.external_ids }];
  });
}
