// Answers what is asked of pools, from the view.
import type { GetPool, ListPools } from '@holdfast/api';
import { type AddressPool, type SubnetState, reject } from '@holdfast/ipam';
import { type Found, type Listed, isSelectedBy, noSubnet, sortedPage } from './page';
import type { LedgerReader } from '../follow/ledger-reader';

export interface PoolEntry {
  readonly subnet: SubnetState;
  readonly pool: AddressPool;
}

export function getPool({ subnet: name, name: poolName }: GetPool, { view }: LedgerReader): Found<PoolEntry> {
  const subnet = view.subnet(name);
  if (!subnet) return noSubnet(name);
  const pool = subnet.definition?.pools?.find((each) => each.name === poolName);
  if (pool) return { found: { subnet, pool } };
  return reject(
    'PoolNotFound',
    `There is no pool ${poolName} in subnet ${name}; name another one, or define it first.`,
    { subnet: name, pool: poolName },
  );
}

export function listPools(query: ListPools, { view }: LedgerReader): Found<Listed<PoolEntry>> {
  if (query.subnet !== undefined && !view.subnet(query.subnet)) return noSubnet(query.subnet);
  const matching = function* (): Iterable<PoolEntry> {
    for (const subnet of view.subnets()) {
      if (query.subnet !== undefined && subnet.name !== query.subnet) continue;
      for (const pool of subnet.definition?.pools ?? [])
        if (isSelectedBy(query.labels, subnet, { pool: pool.name })) yield { subnet, pool };
    }
  };
  return { found: sortedPage(matching(), ({ subnet, pool }) => [subnet.name, pool.name], query.page) };
}
