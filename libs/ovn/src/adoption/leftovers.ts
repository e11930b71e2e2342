// What Kube-OVN made and what cannot be taken over in place, or would be in the way afterwards: fronts that share a load
// balancer with others', and ports whose address nobody holds.
import {
  type Address,
  contains,
  formatAddress,
  isVipHolder,
  type LedgerView,
  parseAddress,
} from '@holdfast/ipam';
import type { RowOf, RowUuid } from '../northbound';
import type { KnownRow, NorthboundRows } from '../northbound-rows';
import { subnetKey, vipKeyOf } from '../ownership';
import { addressUnheld, frontServed, type TakeOverConflict } from './take-over-conflict';

/** An address that a port of a Subnet's switch has, and nobody in the ledger. */
export interface UnheldAddress {
  readonly subnet: string;
  readonly address: Address;
  readonly port: string;
}

export function leftovers(view: LedgerView, rows: NorthboundRows): TakeOverConflict[] {
  return [
    ...frontsServed(view, rows),
    ...unheldAddresses(view, rows).map(({ subnet, address, port }) =>
      addressUnheld(subnetKey(subnet), port, formatAddress(address)),
    ),
  ];
}

export function unheldAddresses(view: LedgerView, rows: NorthboundRows): UnheldAddress[] {
  return [...view.subnets()].flatMap(({ name: subnet, definition, byAddress }) => {
    const switches = rows.namedIn('Logical_Switch', subnet);
    const isAbout = (address: Address): boolean =>
      !byAddress.get(address) &&
      !definition?.gateways.includes(address) &&
      (definition?.cidrs.some((cidr) => contains(cidr, address)) ?? false);
    return switches.flatMap((uuid) =>
      portsWithAddress(rows, uuid).flatMap(({ address, port }) =>
        isAbout(address) ? [{ subnet, address, port }] : [],
      ),
    );
  });
}

function portsWithAddress(rows: NorthboundRows, onSwitch: RowUuid) {
  const found: { readonly address: Address; readonly port: string }[] = [];
  const on = rows.onSwitch(onSwitch);
  for (const address of on?.addresses.keys() ?? [])
    for (const uuid of on?.addresses.get(address) ?? []) {
      const { row, owner } = rows.port(uuid);
      if (!owner) found.push({ address, port: row.name });
    }
  return found;
}

function frontsServed(view: LedgerView, rows: NorthboundRows): TakeOverConflict[] {
  const found: TakeOverConflict[] = [];
  for (const { byAddress, name } of view.subnets()) {
    for (const balancer of balancersOn(rows, name))
      for (const front of Object.keys(balancer.row.vips)) {
        const address = addressOf(front);
        const holder = address === undefined ? undefined : byAddress.get(address)?.holder;
        if (holder && isVipHolder(holder))
          found.push(frontServed(vipKeyOf(holder), balancer.row.name, balancer.row._uuid, front));
      }
  }
  return found;
}

/** Load balancers of others on the Subnet's switch. */
function balancersOn(rows: NorthboundRows, subnet: string): KnownRow<RowOf<'Load_Balancer'>>[] {
  const uuids = rows
    .namedIn('Logical_Switch', subnet)
    .flatMap((uuid) => rows.switch(uuid).row.load_balancer as readonly RowUuid[]);
  return [...new Set(uuids)]
    .map((uuid) => rows.get(uuid) as KnownRow<RowOf<'Load_Balancer'>>)
    .filter((balancer) => balancer && !balancer.owner);
}

/** "10.16.0.5:80", "[fd00::5]:80" */
function addressOf(front: string): Address | undefined {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/.exec(front) ?? [];
  return parseAddress(bracketed ?? plain ?? '');
}
