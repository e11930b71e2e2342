// Which IPPools concern which Subnet, so that a change of the one wakes the others. Fed by the watch of IPPools; it decides
// nothing.
import type { KubernetesObject } from '@holdfast/kube-api';
import { homeOf } from './pool-home';

export class PoolsBySubnet {
  private readonly poolsOf = new Map<string, Set<string>>();
  private readonly subnetsOf = new Map<string, readonly string[]>();

  changed(pool: string, now: KubernetesObject | undefined): void {
    for (const subnet of this.subnetsOf.get(pool) ?? []) {
      const pools = this.poolsOf.get(subnet);
      pools?.delete(pool);
      if (pools?.size === 0) this.poolsOf.delete(subnet);
    }
    const subnets = now ? subnetsIn(now) : [];
    if (subnets.length === 0) this.subnetsOf.delete(pool);
    else this.subnetsOf.set(pool, subnets);
    for (const subnet of subnets) this.poolsOf.set(subnet, (this.poolsOf.get(subnet) ?? new Set()).add(pool));
  }

  of(subnet: string): Iterable<string> {
    return this.poolsOf.get(subnet) ?? [];
  }
}

/** The one that it is to be in, and the one that it is in. */
function subnetsIn(object: KubernetesObject): string[] {
  const desired = object.spec?.['subnet'];
  const named = [typeof desired === 'string' ? desired.trim() : '', homeOf(object) ?? ''];
  return [...new Set(named)].filter((name) => name !== '');
}
