// What a Subnet is defined with, and the events that say so. Each says the whole of what holds after it.
import type { Address, AddressRange, Cidr } from '../../address';
import type { Retention } from './retention';

/** Addresses of a Subnet that are handed out only to who names the pool (or the address). */
export interface AddressPool {
  /** Unique in the Subnet. */
  readonly name: string;
  /** Within the Subnet's blocks, and in no other pool. What is excluded is handed out by name only, here too. */
  readonly ranges: readonly AddressRange[];
  /** Whose Pods take from it without naming it; for those who ask on their behalf. */
  readonly namespaces: readonly string[];
}

export interface SubnetDefinition {
  readonly cidrs: readonly Cidr[];
  readonly gateways: readonly Address[];
  readonly excluded: readonly AddressRange[];
  readonly coolingMs: number;
  readonly router?: string;
  readonly retention?: Retention;
  /** In the order of their names. Absent: none. */
  readonly pools?: readonly AddressPool[];
}

/** Without what else stands beside it. */
export function definitionOf({
  cidrs,
  gateways,
  excluded,
  coolingMs,
  router,
  retention,
  pools,
}: SubnetDefinition): SubnetDefinition {
  const rare = {
    ...(router !== undefined && { router }),
    ...(retention && { retention }),
    ...(pools && pools.length > 0 && { pools }),
  };
  return { cidrs, gateways, excluded, coolingMs, ...rare };
}

/** An address space came into being. */
export interface SubnetDefined extends SubnetDefinition {
  readonly type: 'SubnetDefined';
}

/** Its block, gateway, exclusions or cooling time changed; this is the whole of what holds now. */
export interface SubnetRevised extends SubnetDefinition {
  readonly type: 'SubnetRevised';
}

/** It ended; nobody held anything in it. */
export interface SubnetRetired {
  readonly type: 'SubnetRetired';
}
