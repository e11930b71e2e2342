// The cluster's Subnets and IPPools, read into what the ledger is to be asked: the same as the projector of objects asks later.
import type { DefinePool, DefineSubnet } from '@holdfast/ipam';
import { rangesWithin, readPool, readSubnet } from '@holdfast/kube';
import { IP_POOLS, type KubernetesObject, SUBNETS } from '@holdfast/kube-api';
import { readClaimed, fieldText } from './address-texts';
import { type Claim, type ClaimedAddress, sourceOf, type Source } from './claim';
import type { ClusterObjects } from './cluster-objects';
import { type ImportConflict, reasonOf, unreadableConflict } from './conflict';
import { systemHolder } from './ip-owners';

export interface ReadSpace<Command> {
  readonly command: Command;
  readonly source: Source;
}

export interface AddressSpaces {
  readonly subnets: readonly ReadSpace<DefineSubnet>[];
  readonly pools: readonly ReadSpace<DefinePool>[];
  readonly conflicts: readonly ImportConflict[];
}

export function readAddressSpaces({
  subnets,
  pools,
}: Pick<ClusterObjects, 'subnets' | 'pools'>): AddressSpaces {
  const conflicts: ImportConflict[] = [];
  const good = <Command>(read: ReadSpace<Command> | ImportConflict): ReadSpace<Command>[] => {
    if ('command' in read) return [read];
    conflicts.push(read);
    return [];
  };
  const defined = subnets.flatMap((object) => good(readDefinition(object)));
  return {
    subnets: defined,
    pools: pools.flatMap((object) => good(poolCommand(object, defined))),
    conflicts,
  };
}

export const subnetName = (name: string): string => `subnet/${name}`;
export const poolName = (subnet: string, name: string): string => `pool/${subnet}/${name}`;

function readDefinition(object: KubernetesObject): ReadSpace<DefineSubnet> | ImportConflict {
  const { name } = object.metadata;
  const source = sourceOf(SUBNETS, object, 'spec');
  if (object.metadata.deletionTimestamp !== undefined) return leaving(source, subnetName(name), name, object);
  const read = readSubnet(object);
  if (read.rejected) return unreadableConflict(source, subnetName(name), name, reasonOf(read.rejected));
  return { source, command: { type: 'DefineSubnet', subnet: name, ...read.value.definition } };
}

function poolCommand(
  object: KubernetesObject,
  subnets: readonly ReadSpace<DefineSubnet>[],
): ReadSpace<DefinePool> | ImportConflict {
  const { name } = object.metadata;
  const source = sourceOf(IP_POOLS, object, 'spec');
  const read = readPool(object);
  const who = poolName(fieldText(object.spec, 'subnet'), name);
  if (object.metadata.deletionTimestamp !== undefined)
    return leaving(source, who, fieldText(object.spec, 'subnet'), object);
  if (read.rejected)
    return unreadableConflict(source, who, fieldText(object.spec, 'subnet'), reasonOf(read.rejected));
  const { subnet, ips, namespaces } = read.value;
  const { cidrs } = subnets.find(({ command }) => command.subnet === subnet)?.command ?? {};
  const within = cidrs && rangesWithin(ips, cidrs);
  if (within?.rejected) return unreadableConflict(source, who, subnet, reasonOf(within.rejected));
  const ranges = within?.value.ranges ?? ips.map(({ range }) => range);
  return { source, command: { type: 'DefinePool', subnet, name, ranges, namespaces } };
}

function leaving(
  source: Source,
  who: string,
  subnet: string,
  { metadata }: KubernetesObject,
): ImportConflict {
  const since = metadata.deletionTimestamp ?? '';
  return {
    code: 'Leaving',
    subnet,
    about: who,
    parties: [
      { who, evidence: [`${source.object} (spec): is there`] },
      { who: 'nobody', evidence: [`${source.object}: deleted at ${since}`] },
    ],
    message: `${source.object} was deleted at ${since} and is still there: somebody uses it. Wait until it is gone, or find out who does; nothing of it is recorded.`,
    heldBack: [who],
  };
}

/**
 * What Kube-OVN itself has in a Subnet and says in its status; newer versions say it in IP resources too, and those come
 * before.
 * @param isKnown whether somebody of Kube-OVN's is said to have the address already
 */
export function systemClaims(
  subnets: readonly KubernetesObject[],
  isKnown: (subnet: string, held: ClaimedAddress) => boolean,
): Claim[] {
  const claims: Claim[] = [];
  for (const object of subnets) {
    const { name } = object.metadata;
    for (const [what, ip, mac] of SYSTEM_FIELDS) {
      const text = fieldText(object.status, ip);
      const read = readClaimed([text], fieldText(object.status, mac));
      const holder = systemHolder(name, what);
      if (read.rejected || text === '' || !holder || isKnown(name, read.value)) continue;
      claims.push({ holder, subnet: name, held: read.value, source: sourceOf(SUBNETS, object, 'status') });
    }
  }
  return claims;
}

/** What it is, and the status fields of its address and its MAC. */
const SYSTEM_FIELDS = [
  ['u2o-interconnection', 'u2oInterconnectionIP', 'u2oInterconnectionMAC'],
  ['multicast-querier', 'mcastQuerierIP', 'mcastQuerierMAC'],
] as const;
