// What a cluster that Holdfast looks after shows of who has which address: its Vips' status and its Pods' annotations; and what else
// is to be known to record it: which Subnets there are, what a Vip is for, which Pod carries what.
import { type Holder, parseHolder, vipHolder, type VipPurpose } from '@holdfast/ipam';
import { readVipSpec } from '@holdfast/kube';
import { type KubernetesObject, VIPS } from '@holdfast/kube-api';
import type { IdentityRules } from '@holdfast/pods';
import { type AddressSpaces, readAddressSpaces } from '../cluster/address-spaces';
import { fieldText, readClaimed } from '../cluster/address-texts';
import { addressesIn, sourceOf } from '../cluster/claim';
import type { ClusterObjects } from '../cluster/cluster-objects';
import { readIps } from '../cluster/ip-claims';
import { type Nic, readPodNics } from '../cluster/pod-nics';
import type { VipClaim } from '../cluster/vip-claims';
import { attribute } from '../cluster/vip-users';
import type { SaidClaim } from '../plan/said-claim';

export interface ClusterClaim extends SaidClaim {
  readonly by: 'kubernetes';
}

export interface ShownVip {
  readonly uid: string;
  readonly purpose: VipPurpose;
}

export interface ClusterShows {
  readonly spaces: Pick<AddressSpaces, 'subnets' | 'pools'>;
  readonly claims: readonly ClusterClaim[];
  /** What each Vip is for, also of those that show no address. */
  readonly vips: ReadonlyMap<Holder, ShownVip>;
  /** Who carries what a holder has. */
  readonly nicsOf: ReadonlyMap<Holder, readonly Nic[]>;
}

export function clusterShows(objects: ClusterObjects, rules: IdentityRules): ClusterShows {
  const { nics } = readPodNics(objects, rules);
  const { ips } = readIps(objects, nics, rules);
  const vips = objects.vips.flatMap((vip) => readVip(vip) ?? []);
  const { claims, nicsOf } = attribute(vips, nics, ips);
  return {
    spaces: readAddressSpaces(objects),
    claims: claims.map(({ holder, subnet, held, port, portSecurity }) => ({
      ...{ by: 'kubernetes', holder, subnet, ...held },
      ...(port !== undefined && !isVip(holder) && { port, portSecurity: portSecurity ?? false }),
    })),
    vips: new Map(objects.vips.map((vip) => [vipHolder(vip.metadata.name), shownVip(vip)])),
    nicsOf,
  };
}

const isVip = (holder: Holder): boolean => parseHolder(holder)?.startsWith('vip/') ?? false;

const UNTOLD: VipPurpose = { vipType: '', selector: [] };

function shownVip({ metadata, spec }: KubernetesObject): ShownVip {
  const read = readVipSpec(spec);
  return { uid: metadata.uid, purpose: read.rejected ? UNTOLD : read.value.purpose };
}

/** Its status counts, whatever has become of its spec; `undefined`: it shows no address. */
function readVip(vip: KubernetesObject): VipClaim | undefined {
  const texts = [fieldText(vip.status, 'v4ip'), fieldText(vip.status, 'v6ip')];
  const read = readClaimed(texts, fieldText(vip.status, 'mac'));
  if (read.rejected || addressesIn(read.value).length === 0) return undefined;
  const { name } = vip.metadata;
  const subnet = fieldText(vip.spec, 'subnet');
  return {
    name,
    claim: { holder: vipHolder(name), subnet, held: read.value, source: sourceOf(VIPS, vip, 'status') },
    purpose: UNTOLD,
    userPort: '',
    isUpperCase: false,
  };
}
