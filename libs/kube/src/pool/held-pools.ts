// Which pools of the ledger are an IPPool object's: those that came to be through here. A pool of the same name that another
// transport defined is theirs, also while an object says what is in it.
import type { LedgerView, SubnetState } from '@holdfast/ipam';

/** One, as a rule; two for a moment when it is to be in another Subnet. Costs a look at each Subnet. */
export function subnetsWithPool(view: LedgerView, pool: string): SubnetState[] {
  return [...view.subnets()].filter(({ name }) => view.ownerOfPool(name, pool)?.kind === 'KubernetesObject');
}

/** Names of the objects that the ledger has a pool of. */
export function* namesOfHeldPools(view: LedgerView): Iterable<string> {
  for (const { name: subnet, definition } of view.subnets())
    for (const { name } of definition?.pools ?? [])
      if (view.ownerOfPool(subnet, name)?.kind === 'KubernetesObject') yield name;
}
