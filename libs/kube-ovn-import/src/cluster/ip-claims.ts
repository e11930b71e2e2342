// What Kube-OVN's IP resources say: one for each port, named like it, with the address and whom it is for. One whose
// whose owner is there but has no Pod now (an ordinal, a machine that is stopped) is why import reads them at all.
import type { KubernetesObject } from '@holdfast/kube-api';
import type { IdentityRules } from '@holdfast/pods';
import { hasUpperCase, readClaimed, straysIn, fieldText } from './address-texts';
import { type Claim, sourceOf, type Stray } from './claim';
import { type ClusterObjects, IPS } from './cluster-objects';
import { type ImportConflict, partyOf, reasonOf, type Unrecorded, unreadableConflict } from './conflict';
import { IpOwners } from './ip-owners';
import type { Nic } from './pod-nics';

/** `"true"`: the user made the resource before its owner, and it stays when that goes. */
export const RESERVED_LABEL = 'ovn.kubernetes.io/ip_reserved';

export interface IpClaim {
  readonly claim: Claim;
  /** Name of the port, and of the resource. */
  readonly name: string;
  /** A user reserved it; to be kept whatever becomes of the owner. */
  readonly isReserved: boolean;
  readonly isUpperCase: boolean;
}

export interface IpClaims {
  readonly ips: readonly IpClaim[];
  readonly conflicts: readonly ImportConflict[];
  readonly strays: readonly Stray[];
}

export function readIps(objects: ClusterObjects, nics: readonly Nic[], rules: IdentityRules): IpClaims {
  const owners = new IpOwners(objects, nics, rules);
  const ips: IpClaim[] = [];
  const unrecorded: Unrecorded[] = [];
  for (const ip of objects.ips) {
    const read = readIp(ip, owners);
    if ('conflict' in read) unrecorded.push(read);
    else ips.push(read);
  }
  return {
    ips,
    conflicts: unrecorded.map(({ conflict }) => conflict),
    strays: unrecorded.flatMap(({ strays }) => strays),
  };
}

function readIp(ip: KubernetesObject, owners: IpOwners): IpClaim | Unrecorded {
  const { name, labels, deletionTimestamp } = ip.metadata;
  const source = sourceOf(IPS, ip, 'spec');
  const said = (field: string): string => fieldText(ip.spec, field);
  const texts = [said('v4IpAddress'), said('v6IpAddress')];
  const used = texts.some((text) => text !== '') ? texts : [said('ipAddress')];
  const held = readClaimed(used, said('macAddress'));
  const subnet = said('subnet');
  const who = `ip/${name}`;
  const bad = (why: string): Unrecorded => {
    return { conflict: unreadableConflict(source, who, subnet, why), strays: straysIn(used, subnet, source) };
  };
  if (held.rejected) return bad(reasonOf(held.rejected));
  if (held.value.v4 === undefined && held.value.v6 === undefined) return bad('it has no address');
  const isReserved = labels?.[RESERVED_LABEL] === 'true';
  const owner = owners.find(ip, isReserved);
  if ('why' in owner) return bad(owner.why);
  const claim = {
    ...{ holder: owner.holder, subnet, held: held.value, source },
    ...(owner.port !== undefined && { port: owner.port, ...securityOf(owner) }),
  };
  if (owner.gone !== undefined) return { conflict: ownerGone(claim, owner.gone), strays: [claim] };
  if (deletionTimestamp !== undefined && !owner.isUsed)
    return { conflict: leaving(claim, deletionTimestamp), strays: [claim] };
  return { claim, name, isReserved, isUpperCase: used.some(hasUpperCase) };
}

const securityOf = ({ portSecurity }: { readonly portSecurity?: boolean }) =>
  portSecurity === undefined ? {} : { portSecurity };

function ownerGone(claim: Claim, gone: string): ImportConflict {
  const { holder, subnet, source } = claim;
  return {
    code: 'OwnerGone',
    subnet,
    about: source.object,
    parties: [partyOf(holder, [claim]), { who: 'nobody', evidence: [gone] }],
    message: `${source.object} keeps an address for ${holder}, but ${gone}. Until it is settled the address is held back. Delete the resource, or label it ${RESERVED_LABEL}=true if its owner is yet to come.`,
    heldBack: [holder],
  };
}

function leaving(claim: Claim, since: string): ImportConflict {
  const { holder, subnet, source } = claim;
  return {
    code: 'Leaving',
    subnet,
    about: source.object,
    parties: [partyOf(holder, [claim]), { who: 'nobody', evidence: [`deleted at ${since}`] }],
    message: `${source.object} was deleted at ${since} and is still there: its finalizers keep it. Wait until it is gone, or find out who is to remove them.`,
    heldBack: [holder],
  };
}
