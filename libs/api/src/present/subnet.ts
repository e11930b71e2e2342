// Subnets as messages.
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import {
  type Address,
  type AddressPool,
  type Family,
  type FamilyCounts,
  type LedgerView,
  type SubnetDefinition,
  type SubnetState,
  type Withheld,
  countAddresses,
  formatAddress,
  formatCidr,
  formatMac,
  formatRange,
  formatRetention,
} from '@holdfast/ipam';
import type { FamilyCountsSchema, PoolSchema, SubnetSchema } from '../contract';
import { presentFamily } from './address';
import type { FieldsOf } from './encode';
import { presentLabels } from './label';
import { presentPort } from './reservation';

type SubnetInit = FieldsOf<typeof SubnetSchema>;
type PoolInit = FieldsOf<typeof PoolSchema>;

/** With counts, of a view's state. The subnet must be defined. */
export function presentSubnet(state: SubnetState): SubnetInit {
  const { definition } = state;
  if (!definition) throw new RangeError(`subnet ${state.name} is not defined`);
  const counts = presentCounts(state, (family) => countAddresses(state, family));
  const pools = (definition.pools ?? []).map((pool) => labelledPool(state, pool));
  const labels = presentLabels(state.labels.of({}));
  const withheld = [...state.withheld].map(presentWithheld).sort((a, b) => (a.address < b.address ? -1 : 1));
  return { ...presentDefinition(state.name, definition), counts, pools, ...labels, withheld };
}

function presentWithheld([address, { parties, settledFor }]: readonly [Address, Withheld]) {
  return {
    address: formatAddress(address),
    parties: parties.map(({ holder, saidBy, v4, v6, mac, ...of }) => ({
      ...{ holder, saidBy: [...saidBy] },
      ...(v4 !== undefined && { v4: formatAddress(v4) }),
      ...(v6 !== undefined && { v6: formatAddress(v6) }),
      ...(mac !== undefined && { mac: formatMac(mac) }),
      ...presentPort(of),
    })),
    ...(settledFor !== undefined && { settledFor }),
  };
}

/** With the counts of its pools as well. */
export function presentSubnetWithPools(subnet: SubnetState, view: Counting): SubnetInit {
  const pools = subnet.definition?.pools ?? [];
  return {
    ...presentSubnet(subnet),
    pools: presentPools(
      pools.map((pool) => ({ subnet, pool })),
      view,
    ),
  };
}

/** Which view the subnet is of. */
type Counting = Pick<LedgerView, 'counts'>;

/** With counts, of subnets that the view shows now. */
export function presentPools(
  entries: readonly { readonly subnet: SubnetState; readonly pool: AddressPool }[],
  view: Counting,
): PoolInit[] {
  return entries.map(({ subnet, pool }) => {
    const counts = presentCounts(subnet, (family) => view.counts(subnet.name)?.ofPool(pool.name, family));
    return { ...labelledPool(subnet, pool), counts };
  });
}

const labelledPool = (subnet: SubnetState, pool: AddressPool): PoolInit => ({
  ...poolInit(subnet.name, pool),
  ...presentLabels(subnet.labels.of({ pool: pool.name })),
});

/** Without counts and labels. */
export function poolInit(subnet: string, { name, ranges, namespaces }: AddressPool): PoolInit {
  return { name, subnet, ranges: ranges.map(formatRange), namespaces: [...namespaces] };
}

/** Without counts and labels: what an event or a command's reply has. */
export function presentDefinition(name: string, definition: SubnetDefinition): SubnetInit {
  return {
    name,
    cidrs: definition.cidrs.map(formatCidr),
    gateways: definition.gateways.map(formatAddress),
    excluded: definition.excluded.map(formatRange),
    cooling: durationFromMs(definition.coolingMs),
    ...(definition.router !== undefined && { router: definition.router }),
    ...(definition.retention && { retention: formatRetention(definition.retention) }),
    pools: (definition.pools ?? []).map((pool) => poolInit(name, pool)),
  };
}

function presentCounts(
  state: SubnetState,
  countsOf: (family: Family) => FamilyCounts | undefined,
): FieldsOf<typeof FamilyCountsSchema>[] {
  return state.families().flatMap((family) => {
    const counts = countsOf(family);
    if (!counts) return [];
    const { using, available } = counts;
    return [{ family: presentFamily(family), using: String(using), available: String(available) }];
  });
}
