// What one object says about who has which address. Several objects may say it of one holder: an IP resource, a Pod's
// annotations, a Vip's status. Whether they agree is judged elsewhere (./agreement).
import { type Address, formatAddress, formatMac, type Holder, type Mac } from '@holdfast/ipam';
import { keyOf, type KubernetesObject, type Resource } from '@holdfast/kube-api';

export interface ClaimedAddress {
  readonly v4?: number;
  readonly v6?: bigint;
  /** Absent: the object does not say. */
  readonly mac?: Mac;
}

/** An object and where in it something stands. */
export interface Source {
  /** `ips.kubeovn.io/web-0.default`, `pods/default/web-0`. */
  readonly object: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** `spec`, `status`, `annotations`, `labels`. */
  readonly part: string;
}

export interface Claim {
  readonly holder: Holder;
  readonly subnet: string;
  readonly held: ClaimedAddress;
  readonly source: Source;
  /** Name of the Logical_Switch_Port, where the holder has one in OVN. */
  readonly port?: string;
  readonly portSecurity?: boolean;
}

/** Addresses that an object names, and of which nobody is recorded as the holder for it. */
export type Stray = Pick<Claim, 'subnet' | 'held' | 'source'>;

export function sourceOf(
  { plural, group }: Pick<Resource, 'plural' | 'group'>,
  { metadata }: KubernetesObject,
  part: string,
): Source {
  const { uid, resourceVersion } = metadata;
  const kind = group ? `${plural}.${group}` : plural;
  return { object: `${kind}/${keyOf(metadata)}`, uid, resourceVersion, part };
}

export const addressesIn = ({ v4, v6 }: ClaimedAddress): Address[] =>
  [v4, v6].filter((address) => address !== undefined);

/** "10.16.0.5,fd00::5 00:00:00:0a:0b:0c", for people. */
export function claimedText({ v4, v6, mac }: ClaimedAddress): string {
  const addresses = addressesIn({ v4, v6 }).map(formatAddress).join(',') || 'no address';
  return mac === undefined ? addresses : `${addresses} ${formatMac(mac)}`;
}

/** "ips.kubeovn.io/web-0.default (spec): 10.16.0.5 00:00:00:0a:0b:0c in ovn-default" */
export const evidenceText = ({ source, held, subnet }: Pick<Claim, 'source' | 'held' | 'subnet'>): string =>
  `${source.object} (${source.part}): ${claimedText(held)} in ${subnet || 'no subnet'}`;
