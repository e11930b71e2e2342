// Which Pod carries which Vip: told by the Pod's annotation, by the addresses it has, and by the Vip's label. Where all
// agree, what the Pod and its IP resource say is the Vip's, whose user the Pod is.
import type { Holder } from '@holdfast/ipam';
import { type Claim, evidenceText } from './claim';
import { type ImportConflict, type Party, partyOf } from './conflict';
import type { IpClaim } from './ip-claims';
import type { Nic } from './pod-nics';
import type { VipClaim } from './vip-claims';

export interface Attributed {
  readonly claims: readonly Claim[];
  /** Who carries what a holder has. */
  readonly nicsOf: ReadonlyMap<Holder, readonly Nic[]>;
  /** Those that somebody carries, or that are kept for somebody. */
  readonly usedVips: ReadonlySet<Holder>;
  /** By Vip: the IP resource that keeps it for an owner without a Pod. */
  readonly keepers: ReadonlyMap<Holder, IpClaim>;
  readonly conflicts: readonly ImportConflict[];
}

export function attribute(
  vips: readonly VipClaim[],
  nics: readonly Nic[],
  ips: readonly IpClaim[],
): Attributed {
  const conflicts: ImportConflict[] = [];
  const asVip = new Map<Nic | IpClaim, Holder>();
  const keepers = new Map<Holder, IpClaim>();
  const ipNamed = new Map(ips.map((ip) => [ip.name, ip]));
  const byVip = Map.groupBy(nics, ({ vip }) => vip);
  for (const vip of vips) {
    const naming = byVip.get(vip.name) ?? [];
    const carrying = naming.filter(({ claim }) => isSame(claim, vip.claim));
    const kept = carrying.length === 0 ? ipNamed.get(vip.userPort) : undefined;
    const isKept = kept !== undefined && isSame(kept.claim, vip.claim);
    // Two holders at once are two who have one address.
    if (new Set(carrying.map(({ claim }) => claim.holder)).size === 1)
      for (const nic of carrying) {
        asVip.set(nic, vip.claim.holder);
        const ip = ipNamed.get(nic.portName);
        if (ip) asVip.set(ip, vip.claim.holder);
      }
    if (kept && isKept) {
      asVip.set(kept, vip.claim.holder);
      keepers.set(vip.claim.holder, kept);
    }
    conflicts.push(...naming.filter((nic) => !carrying.includes(nic)).map((nic) => notCarried(vip, nic)));
    const label = labelConflict(vip, carrying, isKept);
    if (label) conflicts.push(label);
  }
  const known = new Set(vips.map(({ name }) => name));
  const strayNics = nics.filter(({ vip }) => vip !== '' && !known.has(vip));
  conflicts.push(...strayNics.map(ofNoVip));
  const claimOf = (it: Nic | IpClaim): Claim => ({ ...it.claim, holder: asVip.get(it) ?? it.claim.holder });
  return {
    claims: [...vips.map(({ claim }) => claim), ...nics.map(claimOf), ...ips.map(claimOf)],
    usedVips: new Set(asVip.values()),
    keepers,
    nicsOf: Map.groupBy(nics, (nic) => claimOf(nic).holder),
    conflicts,
  };
}

function isSame({ held, subnet }: Claim, vip: Claim): boolean {
  const { v4, v6, mac } = vip.held;
  const isItsMac = held.mac === undefined || held.mac === mac;
  return subnet === vip.subnet && held.v4 === v4 && held.v6 === v6 && isItsMac;
}

function notCarried({ claim: vip }: VipClaim, { claim }: Nic): ImportConflict {
  return {
    code: 'VipUserDiffers',
    subnet: vip.subnet,
    about: vip.holder,
    parties: [partyOf(vip.holder, [vip]), partyOf(claim.holder, [claim])],
    message: `${claim.source.object} names ${vip.holder} as its address and has another one. Correct the annotation, or create the Pod anew.`,
    heldBack: [claim.holder],
  };
}

function ofNoVip({ claim, vip }: Nic): ImportConflict {
  return {
    code: 'VipUserDiffers',
    subnet: claim.subnet,
    about: `vip/${vip}`,
    parties: [
      partyOf(claim.holder, [claim]),
      { who: `vip/${vip}`, evidence: ['there is no such Vip that was given an address'] },
    ],
    message: `${claim.source.object} names vip/${vip} as its address, and there is no such Vip with an address. Correct the annotation, or settle what is wrong with the Vip.`,
    heldBack: [claim.holder],
  };
}

/** The label is set and taken away in steps of their own, and cannot hold every port's name. */
function labelConflict(
  { claim, userPort }: VipClaim,
  carrying: readonly Nic[],
  isKept: boolean,
): ImportConflict | undefined {
  const isCarrier = carrying.some(({ portName }) => portName === userPort);
  if (isKept || isCarrier || (userPort === '' && carrying.length === 0)) return undefined;
  const said = userPort === '' ? 'that nobody uses it' : `that port ${userPort} uses it`;
  const users: Party[] = carrying.map((nic) => partyOf(nic.claim.holder, [nic.claim]));
  const nobody: Party = { who: 'nobody', evidence: ['no Pod and no IP resource has it by that port'] };
  return {
    code: 'VipUserDiffers',
    subnet: claim.subnet,
    about: claim.holder,
    parties: [
      { who: claim.holder, evidence: [evidenceText(claim), `${claim.source.object} (labels): ${said}`] },
      ...(users.length > 0 ? users : [nobody]),
    ],
    message:
      users.length > 0
        ? `The label of ${claim.holder} says ${said}; the Pod that carries its addresses is recorded as its user.`
        : `The label of ${claim.holder} says ${said}, and nobody does; it is recorded without a user.`,
    heldBack: userPort !== '' && users.length > 0 ? [claim.holder] : [],
  };
}
