// Whether Kube-OVN's own figures are what its objects say. It counts objects for one figure and asks its memory for the
// other (the ranges), so that both may be wrong; an address that its memory has as used, and no object says by whom, is
// one that somebody may use unseen.
import {
  type Address,
  type AddressRange,
  familyOf,
  formatAddress,
  formatRange,
  parseAddress,
  parseRange,
} from '@holdfast/ipam';
import { FINALIZER, type KubernetesObject, SUBNETS } from '@holdfast/kube-api';
import { fieldText } from '../cluster/address-texts';
import { addressesIn, type Claim, sourceOf, type Stray } from '../cluster/claim';
import type { ClusterObjects } from '../cluster/cluster-objects';
import type { ImportConflict } from '../cluster/conflict';
import { RESERVED_LABEL } from '../cluster/ip-claims';
import { difference } from './range-difference';

/** Addresses that a message names. */
const NAMED_MAX = 5;

/** Figures that are wrong, and the addresses that only they tell of. */
export interface CountsFound {
  readonly conflicts: readonly ImportConflict[];
  readonly strays: readonly Stray[];
}

export interface Explained {
  /** Whoever has it by whatever object, also where there is a conflict. */
  readonly claims: readonly Claim[];
  /** Kube-OVN takes what a Pod has from a Vip out of its memory, until it starts again. */
  readonly isOfUsedVip: (claim: Claim) => boolean;
}

/** @returns the conflicts, and what of Kube-OVN's memory no object explains, one address after the other */
export function countConflicts(objects: ClusterObjects, { claims, isOfUsedVip }: Explained): CountsFound {
  const conflicts: ImportConflict[] = [];
  const strays: Stray[] = [];
  const bySubnet = Map.groupBy(claims, ({ subnet }) => subnet);
  for (const subnet of objects.subnets) {
    // Then the figures are the ledger's, which counts other things.
    if (subnet.metadata.finalizers?.includes(FINALIZER)) continue;
    const said = bySubnet.get(subnet.metadata.name) ?? [];
    const isMissing = (claim: Claim): boolean => !isOfUsedVip(claim);
    for (const family of [4, 6] as const) {
      const evidence = [
        ...countEvidence(subnet, objects, family),
        ...rangeEvidence(subnet, said, said.filter(isMissing), family),
      ];
      if (evidence.length > 0) conflicts.push(countsDiffer(subnet, family, evidence));
      strays.push(...unnamedIn(subnet, said, family));
    }
  }
  return { conflicts, strays };
}

/** As many as a usual Subnet's block has. More are no addresses that somebody uses one by one. */
const HELD_BACK_MAX = 65_536;

function unnamedIn(subnet: KubernetesObject, said: readonly Claim[], family: 4 | 6): Stray[] {
  const { unnamed } = difference(usedRanges(subnet, family) ?? [], addressesOf(said, family));
  const source = sourceOf(SUBNETS, subnet, 'status');
  const strays: Stray[] = [];
  for (const { first, last } of unnamed) {
    for (let address = first; address <= last && strays.length < HELD_BACK_MAX; address = next(address))
      strays.push({
        ...{ subnet: subnet.metadata.name, source },
        held: typeof address === 'number' ? { v4: address } : { v6: address },
      });
  }
  return strays;
}

const next = (address: Address): Address => (typeof address === 'number' ? address + 1 : address + 1n);

/** Those of Kube-OVN's memory; undefined: they cannot be read. */
function usedRanges(subnet: KubernetesObject, family: 4 | 6): AddressRange[] | undefined {
  const text = subnet.status?.[`v${family}usingIPrange`];
  if (typeof text !== 'string') return [];
  const parts = text.split(',').map((part) => part.trim());
  const ranges = parts.filter((part) => part !== '').map((part) => parseRange(part.replace('-', '..')));
  const read = ranges.filter((range) => range !== undefined);
  return read.length === ranges.length ? read : undefined;
}

const addressesOf = (claims: readonly Claim[], family: 4 | 6): Address[] =>
  claims.flatMap(({ held }) => addressesIn(held)).filter((address) => familyOf(address) === family);

function countsDiffer(subnet: KubernetesObject, family: 4 | 6, evidence: readonly string[]): ImportConflict {
  const { name } = subnet.metadata;
  const { object } = sourceOf(SUBNETS, subnet, 'status');
  return {
    code: 'CountsDiffer',
    subnet: name,
    about: `subnet/${name} IPv${family}`,
    parties: [
      { who: `${object} (status)`, evidence },
      { who: 'the objects', evidence: ['IP resources, Vips, Pod annotations'] },
    ],
    message: `Kube-OVN's figures for IPv${family} of subnet ${name} are not what its objects say: ${evidence.join('; ')}. Find out who uses what no object names (an EIP, or nobody: then restarting kube-ovn-controller forgets it).`,
    heldBack: [],
  };
}

/** As Kube-OVN counts: objects, not addresses; of a Subnet of both families the same number for each. */
function countEvidence(subnet: KubernetesObject, { ips, vips }: ClusterObjects, family: 4 | 6): string[] {
  const { name } = subnet.metadata;
  const said = subnet.status?.[`v${family}usingIPs`];
  if (said === undefined || said === null) return [];
  const isDual = fieldText(subnet.spec, 'cidrBlock').includes(',');
  const [base = ''] = fieldText(subnet.spec, 'cidrBlock').split('/');
  if (!isDual && !isOf(base, family)) return [];
  const excluded = excludedIn(subnet);
  const counted = ips.filter(({ spec }) => {
    const address = parseAddress(fieldText(spec, family === 4 ? 'v4IpAddress' : 'v6IpAddress'));
    const isExcluded = address !== undefined && excluded.some((range) => isIn(address, range));
    return fieldText(spec, 'subnet') === name && !isExcluded;
  });
  const free = vips.filter(({ metadata: { labels = {} } }) => {
    return labels['ovn.kubernetes.io/subnet'] === name && labels[RESERVED_LABEL] === '';
  });
  const total = counted.length + free.length;
  return Number(said) === total
    ? []
    : [
        `it counts ${String(said)} in use, and there are ${counted.length} IP resources and ${free.length} Vips`,
      ];
}

function rangeEvidence(
  subnet: KubernetesObject,
  said: readonly Claim[],
  expected: readonly Claim[],
  family: 4 | 6,
): string[] {
  const text = subnet.status?.[`v${family}usingIPrange`];
  if (typeof text !== 'string') return [];
  const used = usedRanges(subnet, family);
  if (!used) return [`its range of used addresses cannot be read: ${text}`];
  const { unnamed } = difference(used, addressesOf(said, family));
  const { unknown } = difference(used, addressesOf(expected, family));
  const inUse = list(unnamed.map(formatRange));
  const free = list(unknown.map(formatAddress));
  return [
    ...(inUse === '' ? [] : [`its memory has ${inUse} in use, and no object says by whom`]),
    ...(free === '' ? [] : [`its memory has ${free} free, and objects say who has it`]),
  ];
}

const isIn = (address: Address, { first, last }: AddressRange): boolean =>
  familyOf(address) === familyOf(first) && first <= address && address <= last;

function isOf(text: string, family: 4 | 6): boolean {
  const address = parseAddress(text.trim());
  return address !== undefined && familyOf(address) === family;
}

/** Without gateways: what is counted besides. */
function excludedIn({ spec }: KubernetesObject): AddressRange[] {
  const gateways = fieldText(spec, 'gateway')
    .split(',')
    .map((it) => it.trim());
  const entries = Array.isArray(spec?.['excludeIps']) ? (spec['excludeIps'] as readonly unknown[]) : [];
  return entries
    .filter((entry): entry is string => typeof entry === 'string' && !gateways.includes(entry))
    .map((entry) => parseRange(entry.trim()))
    .filter((range) => range !== undefined);
}

function list(entries: readonly string[]): string {
  const more = entries.length > NAMED_MAX ? ` and ${entries.length - NAMED_MAX} more` : '';
  return entries.slice(0, NAMED_MAX).join(', ') + more;
}
