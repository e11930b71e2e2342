// What Kube-OVN's Vips say: which addresses each was given (its status), what it is for (its spec), and who uses it (a
// label). The status counts: the spec may have been edited since, without effect in Kube-OVN, but it would have one here.
import { vipHolder, type VipPurpose } from '@holdfast/ipam';
import { readVipSpec, type VipSpec } from '@holdfast/kube';
import type { KubernetesObject } from '@holdfast/kube-api';
import { VIPS } from '@holdfast/kube-api';
import { hasUpperCase, readClaimed, straysIn, textOf } from './address-texts';
import { addressesIn, type Claim, type ClaimedAddress, claimedText, sourceOf, type Stray } from './claim';
import type { ClusterObjects } from './cluster-objects';
import { type Conflict, partyOf, reasonOf, type Unrecorded, unreadable } from './conflict';
import { RESERVED_LABEL } from './ip-claims';

const SUBNET_LABEL = 'ovn.kubernetes.io/subnet';

export interface VipClaim {
  readonly name: string;
  readonly claim: Claim;
  readonly purpose: Omit<VipPurpose, 'note'>;
  /** The port that uses it; '' when none does. */
  readonly userPort: string;
  readonly isUpperCase: boolean;
}

export interface VipClaims {
  readonly vips: readonly VipClaim[];
  readonly conflicts: readonly Conflict[];
  readonly strays: readonly Stray[];
}

export function readVips({ vips }: Pick<ClusterObjects, 'vips'>): VipClaims {
  const claims: VipClaim[] = [];
  const unrecorded: Unrecorded[] = [];
  for (const vip of vips) {
    const read = readVip(vip);
    if ('conflict' in read) unrecorded.push(read);
    else claims.push(read);
  }
  return {
    vips: claims,
    conflicts: unrecorded.map(({ conflict }) => conflict),
    strays: unrecorded.flatMap(({ strays }) => strays),
  };
}

function readVip(vip: KubernetesObject): VipClaim | Unrecorded {
  const { name, labels = {}, deletionTimestamp } = vip.metadata;
  const holder = vipHolder(name);
  const wanted = readVipSpec(vip.spec);
  const subnet = textOf(vip.spec, 'subnet');
  const source = sourceOf(VIPS, vip, 'status');
  const texts = [textOf(vip.status, 'v4ip'), textOf(vip.status, 'v6ip')];
  const given = labels[SUBNET_LABEL] || subnet;
  const without = (conflict: Conflict): Unrecorded => ({ conflict, strays: straysIn(texts, given, source) });
  if (wanted.rejected)
    return without(unreadable(sourceOf(VIPS, vip, 'spec'), holder, subnet, reasonOf(wanted.rejected)));
  const read = readClaimed(texts, textOf(vip.status, 'mac'));
  if (read.rejected) return without(unreadable(source, holder, subnet, reasonOf(read.rejected)));
  const { mac } = read.value;
  const isUpperCase = [...texts, textOf(vip.spec, 'v6ip')].some(hasUpperCase);
  if (addressesIn(read.value).length === 0 || mac === undefined)
    return without(withoutAddress(vip, subnet, read.value, isUpperCase));
  const claim = { holder, subnet: given, held: ownOf(read.value, wanted.value), source };
  if (deletionTimestamp !== undefined) return without(leaving(claim, deletionTimestamp));
  const edits = editsOf(vip, wanted.value, claim);
  if (edits.length > 0) return without(edited(claim, edits));
  return {
    ...{ name, claim, purpose: wanted.value.purpose, isUpperCase },
    userPort: labels[RESERVED_LABEL] ?? '',
  };
}

/**
 * Kube-OVN gives a switch_lb_vip the MAC of the Subnet's router port, which is not its own: where its spec does not insist
 * on it, the ledger chooses one.
 */
function ownOf(held: ClaimedAddress, { mac, purpose }: VipSpec): ClaimedAddress {
  if (purpose.vipType !== 'switch_lb_vip' || mac !== undefined) return held;
  return { v4: held.v4, v6: held.v6 };
}

/** Kube-OVN refuses such edits in its log only, and leaves them standing. */
function editsOf(vip: KubernetesObject, wanted: VipSpec, { held, subnet }: Claim): string[] {
  // Old versions don't copy it.
  const type = typeof vip.status?.['type'] === 'string' ? vip.status['type'] : wanted.purpose.vipType;
  const edits: (string | false)[] = [
    wanted.subnet !== subnet && `spec.subnet ${wanted.subnet}, its label ${subnet}`,
    wanted.v4 !== undefined && wanted.v4 !== held.v4 && `spec.v4ip ${textOf(vip.spec, 'v4ip')}`,
    wanted.v6 !== undefined && wanted.v6 !== held.v6 && `spec.v6ip ${textOf(vip.spec, 'v6ip')}`,
    wanted.mac !== undefined &&
      wanted.mac !== held.mac &&
      `spec.macAddress ${textOf(vip.spec, 'macAddress')}`,
    wanted.purpose.vipType !== type && `spec.type "${wanted.purpose.vipType}", its status "${type}"`,
  ];
  return edits.filter((edit) => edit !== false);
}

function edited(claim: Claim, edits: readonly string[]): Conflict {
  const { holder, subnet, source } = claim;
  const said = `${source.object} (spec): ${edits.join('; ')}`;
  return {
    code: 'VipEdited',
    subnet,
    about: holder,
    parties: [partyOf(holder, [claim]), { who: `${holder}, edited`, evidence: [said] }],
    message: `The spec of ${holder} asks for something else than it was given: ${edits.join('; ')}. Kube-OVN ignores that; here it would take effect. Set the spec back to what the status says.`,
    heldBack: [holder],
  };
}

function withoutAddress(
  vip: KubernetesObject,
  subnet: string,
  held: ClaimedAddress,
  isUpperCase: boolean,
): Conflict {
  const holder = vipHolder(vip.metadata.name);
  const source = sourceOf(VIPS, vip, 'status');
  const asked = ['v4ip', 'v6ip', 'macAddress'].map((field) => textOf(vip.spec, field)).filter(Boolean);
  const spec = `${source.object} (spec): asks for ${asked.join(' ') || 'any address'} in ${subnet}`;
  const cause = isUpperCase
    ? 'Kube-OVN takes no IPv6 address with capital letters: write it in lower case.'
    : "Kube-OVN's log says why; correct the spec, or delete the Vip.";
  return {
    code: 'VipWithoutAddress',
    subnet,
    about: holder,
    parties: [
      { who: holder, evidence: [spec] },
      { who: 'Kube-OVN', evidence: [`${source.object} (status): ${claimedText(held)}`] },
    ],
    message: `${holder} was never given ${addressesIn(held).length > 0 ? 'a MAC address' : 'an address'}. ${cause}`,
    heldBack: [holder],
  };
}

function leaving(claim: Claim, since: string): Conflict {
  const { holder, subnet, source } = claim;
  return {
    code: 'Leaving',
    subnet,
    about: holder,
    parties: [
      partyOf(holder, [claim]),
      { who: 'nobody', evidence: [`${source.object}: deleted at ${since}`] },
    ],
    message: `${holder} was deleted at ${since} and is still there: its finalizers keep it. Kube-OVN forgets such a Vip when it starts; change anything about it while Kube-OVN runs, and it goes.`,
    heldBack: [holder],
  };
}
