// What is asked of Vips, from the view.
import type { GetVip, ListVips } from '@holdfast/api';
import { type VipEntry, reject } from '@holdfast/ipam';
import type { LedgerReader } from '../follow/ledger-reader';
import { type Found, type Listed, isSelectedBy, noSubnet, sortedPage } from './page';

export function getVip({ name }: GetVip, { view }: LedgerReader): Found<VipEntry> {
  const vip = view.vip(name);
  return vip
    ? { found: vip }
    : reject('VipNotFound', `There is no Vip ${name}; reserve it first.`, { vip: name });
}

export function listVips(
  { subnet, labels, page }: ListVips,
  { view }: LedgerReader,
): Found<Listed<VipEntry>> {
  if (subnet !== undefined && !view.subnet(subnet)) return noSubnet(subnet);
  const matching = function* (): Iterable<VipEntry> {
    for (const vip of view.vips()) {
      if (subnet !== undefined && vip.subnet.name !== subnet) continue;
      if (isSelectedBy(labels, vip.subnet, vip.reservation)) yield vip;
    }
  };
  return { found: sortedPage(matching(), ({ name }) => [name], page) };
}
