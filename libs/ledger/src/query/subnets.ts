// What is asked of Subnets, from the view.
import type { GetSubnet, ListFreeAddresses, ListSubnets } from '@holdfast/api';
import type { Clock } from '@holdfast/clock';
import { type Family, type SubnetState, countAddresses, formatAddress, reject } from '@holdfast/ipam';
import type { LedgerReader } from '../follow/ledger-reader';
import { type Found, type Listed, isSelectedBy, noSubnet, sortedPage } from './page';

export interface FreeAddressList {
  readonly family: Family;
  readonly addresses: readonly string[];
  readonly available: bigint;
}

export function getSubnet({ name }: GetSubnet, { view }: LedgerReader): Found<SubnetState> {
  const subnet = view.subnet(name);
  return subnet ? { found: subnet } : noSubnet(name);
}

export function listSubnets({ labels, page }: ListSubnets, { view }: LedgerReader): Listed<SubnetState> {
  const matching = function* (): Iterable<SubnetState> {
    for (const subnet of view.subnets()) if (isSelectedBy(labels, subnet, {})) yield subnet;
  };
  return sortedPage(matching(), ({ name }) => [name], page);
}

export function listFreeAddresses(
  { subnet: name, family, limit }: ListFreeAddresses,
  { view }: LedgerReader,
  clock: Clock,
): Found<FreeAddressList> {
  const subnet = view.subnet(name);
  if (!subnet) return noSubnet(name);
  const ofFamily: Family = family ?? subnet.families()[0] ?? 4;
  const space = subnet.space(ofFamily);
  const counts = countAddresses(subnet, ofFamily);
  if (!space || !counts) {
    return reject(
      'FamilyUnavailable',
      `Subnet ${name} has no IPv${ofFamily} block; ask for the family it has.`,
      {
        subnet: name,
        family: `IPv${ofFamily}`,
      },
    );
  }
  const coolingMs = subnet.definition?.coolingMs ?? 0;
  const addresses = space.upcoming(limit, clock.now(), coolingMs).map(formatAddress);
  return { found: { family: ofFamily, addresses, available: counts.available } };
}
