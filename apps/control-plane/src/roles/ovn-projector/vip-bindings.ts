// Who answers for each Vip, for the roles in this process. Where no Southbound is followed, nothing is known.
import { type LedgerView, formatAddress, formatMac } from '@holdfast/ipam';
import type { Binding, SouthboundBindings } from '@holdfast/ovn';

/** The parent that answers; its addresses where the ledger made its port. */
export interface BoundParent extends Binding {
  readonly v4ip?: string;
  readonly v6ip?: string;
  readonly mac?: string;
}

export class VipBindings {
  source: SouthboundBindings | undefined;

  /** The parent of the Vip's first family, if any; undefined also while the Southbound cannot be reached. */
  boundTo(vip: string, view: LedgerView): BoundParent | undefined {
    const [binding] = this.source?.bindingsOf(vip) ?? [];
    if (!binding) return undefined;
    const subnet = view.vip(vip)?.subnet;
    const holder = subnet?.holderOfPort(binding.port);
    const reservation = holder && subnet?.byHolder.get(holder);
    if (!subnet || !reservation) return binding;
    const { v4, v6 } = reservation;
    return {
      ...binding,
      ...(v4 !== undefined && { v4ip: formatAddress(v4) }),
      ...(v6 !== undefined && { v6ip: formatAddress(v6) }),
      mac: formatMac(subnet.macOf(reservation)),
    };
  }
}
