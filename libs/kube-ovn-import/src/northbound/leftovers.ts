// What Kube-OVN made and what cannot be taken over in place, or would be in the way afterwards: fronts that share a load
// balancer with others', and the addresses that ports have.
import { type Address, isVipHolder, type LedgerView, parseAddress } from '@holdfast/ipam';
import {
  type KnownRow,
  northboundKey,
  type NorthboundRows,
  type RowOf,
  type RowUuid,
  type SwitchRow,
} from '@holdfast/ovn/planning';
import { frontServed, type TakeOverConflict } from './take-over-conflict';

/** An address in the `addresses` of a port that is not Holdfast's: OVN answers for it. */
export interface AnsweredAddress {
  /** Name of the switch, as of the Subnet. */
  readonly subnet: string;
  readonly address: Address;
  readonly port: string;
  /** Of its row. */
  readonly uuid: string;
}

export function answeredAddresses(rows: NorthboundRows, switches: Iterable<SwitchRow>): AnsweredAddress[] {
  const found: AnsweredAddress[] = [];
  for (const { _uuid, name: subnet } of switches) {
    const on = rows.onSwitch(_uuid);
    for (const address of on?.addresses.keys() ?? [])
      for (const uuid of on?.addresses.get(address) ?? []) {
        const { row, owner } = rows.port(uuid);
        if (!owner) found.push({ subnet, address, port: row.name, uuid });
      }
  }
  return found;
}

export function frontsServed(view: LedgerView, rows: NorthboundRows): TakeOverConflict[] {
  const found: TakeOverConflict[] = [];
  for (const { byAddress, name } of view.subnets()) {
    for (const balancer of balancersOn(rows, name))
      for (const front of Object.keys(balancer.row.vips)) {
        const address = addressOf(front);
        const holder = address === undefined ? undefined : byAddress.get(address)?.holder;
        if (holder && isVipHolder(holder))
          found.push(
            frontServed(northboundKey.vipHolder(holder), balancer.row.name, balancer.row._uuid, front),
          );
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
