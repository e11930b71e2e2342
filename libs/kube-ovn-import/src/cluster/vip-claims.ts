// What Kube-OVN's Vips say: which addresses each was given (its status), what it is for (its spec), and who uses it (a
// label). The status counts: the spec may have been edited since, without effect in Kube-OVN, but it would have one here.
import { vipHolder, type VipPurpose } from '@holdfast/ipam';
import { readVipSpec, type VipSpec } from '@holdfast/kube';
import { type KubernetesObject, VIPS } from '@holdfast/kube-api';
import { hasUpperCase, readClaimed, straysIn, fieldText } from './address-texts';
import { addressesIn, type Claim, type ClaimedAddress, claimedText, sourceOf, type Stray } from './claim';
import type { ClusterObjects } from './cluster-objects';
import { type ImportConflict, partyOf, reasonOf, type Unrecorded, unreadableConflict } from './conflict';
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
  readonly conflicts: readonly ImportConflict[];
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
  const spec = readVipSpec(vip.spec);
  const subnet = fieldText(vip.spec, 'subnet');
  const source = sourceOf(VIPS, vip, 'status');
  const texts = [fieldText(vip.status, 'v4ip'), fieldText(vip.status, 'v6ip')];
  const given = labels[SUBNET_LABEL] || subnet;
  const without = (conflict: ImportConflict): Unrecorded => ({
    conflict,
    strays: straysIn(texts, given, source),
  });
  if (spec.rejected)
    return without(unreadableConflict(sourceOf(VIPS, vip, 'spec'), holder, subnet, reasonOf(spec.rejected)));
  const read = readClaimed(texts, fieldText(vip.status, 'mac'));
  if (read.rejected) return without(unreadableConflict(source, holder, subnet, reasonOf(read.rejected)));
  const { mac } = read.value;
  const isUpperCase = [...texts, fieldText(vip.spec, 'v6ip')].some(hasUpperCase);
  if (addressesIn(read.value).length === 0 || mac === undefined)
    return without(withoutAddress(vip, subnet, read.value, isUpperCase));
  const claim = { holder, subnet: given, held: ownOf(read.value, spec.value), source };
  if (deletionTimestamp !== undefined) return without(leaving(claim, deletionTimestamp));
  const edits = editsOf(vip, spec.value, claim);
  if (edits.length > 0) return without(edited(claim, edits));
  return {
    ...{ name, claim, purpose: spec.value.purpose, isUpperCase },
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
function editsOf(vip: KubernetesObject, spec: VipSpec, { held, subnet }: Claim): string[] {
  // Old versions don't copy it.
  const type = typeof vip.status?.['type'] === 'string' ? vip.status['type'] : spec.purpose.vipType;
  const edits: (string | false)[] = [
    spec.subnet !== subnet && `spec.subnet ${spec.subnet}, its label ${subnet}`,
    spec.v4 !== undefined && spec.v4 !== held.v4 && `spec.v4ip ${fieldText(vip.spec, 'v4ip')}`,
    spec.v6 !== undefined && spec.v6 !== held.v6 && `spec.v6ip ${fieldText(vip.spec, 'v6ip')}`,
    spec.mac !== undefined && spec.mac !== held.mac && `spec.macAddress ${fieldText(vip.spec, 'macAddress')}`,
    spec.purpose.vipType !== type && `spec.type "${spec.purpose.vipType}", its status "${type}"`,
  ];
  return edits.filter((edit) => edit !== false);
}

function edited(claim: Claim, edits: readonly string[]): ImportConflict {
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
): ImportConflict {
  const holder = vipHolder(vip.metadata.name);
  const source = sourceOf(VIPS, vip, 'status');
  const contents = ['v4ip', 'v6ip', 'macAddress'].map((field) => fieldText(vip.spec, field)).filter(Boolean);
  const spec = `${source.object} (spec): asks for ${contents.join(' ') || 'any address'} in ${subnet}`;
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

function leaving(claim: Claim, since: string): ImportConflict {
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
