// What import would record of a cluster that Kube-OVN runs, what of it is so already, and every conflict. Pure: it is
// given what the cluster and the ledger have, and the same again gives the same plan.
//
//   objects -> claims (who has what, by which object) -> holdings that all agree on -> orders, tried on the ledger's state
//                     \__________ conflicts ______________/____________________________/
import type { Holder, ObjectOwner, SubnetFact } from '@holdfast/ipam';
import { userOf } from '../pod-addresses/nic-attachment';
import type { IdentityRules } from '../pod-addresses/pod-identity';
import { readAddressSpaces, type ReadSpace, poolName, subnetName, systemClaims } from './address-spaces';
import { agree, type Holding } from './agreement';
import type { Claim, Source } from './claim';
import type { ClusterObjects } from './cluster-objects';
import { type Conflict, partyOf } from './conflict';
import { countConflicts } from './counts';
import { forgotten, holdBack, releasesBefore } from './held-back';
import { readIps } from './ip-claims';
import { keepFor } from './keeper';
import { type LedgerContents, statesOf, stepsTo } from './ledger-contents';
import { refusedByLedger } from './ledger-conflict';
import { type Nic, readPodNics } from './pod-nics';
import { type AdoptionOrder, Rehearsal } from './rehearsal';
import { type PortAddress, straysOf, unexplainedPorts } from './unexplained-ports';
import { upperCase } from './upper-case';
import { usersDiffer } from './users-differ';
import { readVips, type VipClaim } from './vip-claims';
import { attribute } from './vip-users';

export interface AdoptionStep {
  readonly order: AdoptionOrder;
  /** For whom it is: what has one `who` is done in order. */
  readonly who: string;
  /** The ledger has it so already. */
  readonly isSo: boolean;
  /** By which objects, the first of them the one that is recorded as the reason. */
  readonly sources: readonly Source[];
}

export interface AdoptionPlan {
  /** In the order in which they can be done. */
  readonly steps: readonly AdoptionStep[];
  readonly conflicts: readonly Conflict[];
  /** What makes the ledger what it is, and then what it will be with the steps. */
  readonly facts: readonly SubnetFact[];
}

interface Wanted {
  readonly order: AdoptionOrder;
  readonly who: string;
  readonly sources: readonly Source[];
  readonly claims: readonly Claim[];
}

export function planAdoption(
  objects: ClusterObjects,
  ledger: LedgerContents,
  rules: IdentityRules,
  ports: readonly PortAddress[] = [],
): AdoptionPlan {
  const spaces = readAddressSpaces(objects);
  const { nics, ...ofPods } = readPodNics(objects, rules);
  const { ips, ...ofIps } = readIps(objects, nics, rules);
  const { vips, ...ofVips } = readVips(objects);
  const told = attribute(vips, nics, ips);
  const said = [...told.claims, ...systemOf(objects, told.claims)];
  const { holdings, conflicts: disagreements } = agree(said);
  const users = new Map([...told.nicsOf].map(([holder, of]) => [holder, usersDiffer(holder, of)]));
  const counts = countConflicts(objects, {
    claims: said,
    isOfUsedVip: ({ holder }) => told.usedVips.has(holder),
  });
  const conflicts: Conflict[] = [
    ...spaces.conflicts,
    ...[...ofPods.conflicts, ...ofIps.conflicts, ...ofVips.conflicts, ...told.conflicts, ...disagreements],
    ...[...users.values()].filter((it) => it !== undefined),
    ...[...vips, ...ips, ...nics].filter((it) => it.isUpperCase).map((it) => upperCase(it.claim)),
    ...counts.conflicts,
  ];
  const heldBack = new Set(conflicts.flatMap((conflict) => conflict.heldBack));
  const reservedHolders = new Set(ips.filter((ip) => ip.isReserved).map(({ claim }) => claim.holder));
  const purposes = new Map(vips.map((vip) => [vip.claim.holder, vip]));
  const wanted = [
    ...spaces.subnets.map((space) => spaceWanted(space, subnetName(space.order.subnet))),
    ...spaces.pools.map((space) => spaceWanted(space, poolName(space.order.subnet, space.order.name))),
    ...[...holdings].sort(byMacAndName).flatMap((holding) => {
      const of = users.get(holding.holder) ? [] : (told.nicsOf.get(holding.holder) ?? []);
      const keeper = told.keepers.get(holding.holder);
      return holdingWanted(holding, purposes.get(holding.holder), of, {
        isReserved: reservedHolders.has(holding.holder),
        keeping: keeper ? keepFor(holding.holder, keeper) : [],
      });
    }),
  ];
  const rehearsal = new Rehearsal(statesOf(ledger));
  const rehearsed = rehearse(wanted, rehearsal, heldBack);
  const named = [...said, ...ofPods.strays, ...ofIps.strays, ...ofVips.strays];
  const kept = [
    ...holdBack(named, 'held-back', rehearsal),
    ...holdBack([...counts.strays, ...straysOf(ports)], 'unexplained', rehearsal),
  ];
  const settled = forgotten(rehearsal, kept);
  return {
    steps: [...rehearsed.steps, ...distinct(kept), ...settled.steps],
    conflicts: [
      ...[...conflicts, ...rehearsed.conflicts],
      ...unexplainedPorts(ports, [...named, ...counts.strays], rehearsal),
      ...settled.conflicts,
    ],
    facts: factsOf(ledger, rehearsal),
  };
}

/** What objects name and Kube-OVN's memory has, too, is held back once. */
function distinct(steps: readonly AdoptionStep[]): AdoptionStep[] {
  const firstBy = new Map<string, AdoptionStep>();
  for (const step of steps) if (!firstBy.has(step.who)) firstBy.set(step.who, step);
  return [...firstBy.values()];
}

function factsOf(ledger: LedgerContents, { steps }: Rehearsal): SubnetFact[] {
  const { position = '' } = ledger;
  return [...stepsTo(ledger), ...steps].map((step) => ({ ...step, atMs: 0, position }));
}

function systemOf({ subnets }: ClusterObjects, claims: readonly Claim[]): Claim[] {
  const ofSystem = claims.filter(({ holder }) => holder.startsWith('kube-ovn/'));
  const known = new Set(ofSystem.map(({ subnet, held }) => `${subnet} ${held.v4 ?? ''} ${held.v6 ?? ''}`));
  return systemClaims(subnets, (subnet, held) => known.has(`${subnet} ${held.v4 ?? ''} ${held.v6 ?? ''}`));
}

/** Who has a MAC of his own comes before those for whom one is chosen. */
function byMacAndName(a: Holding, b: Holding): number {
  const [left, right] = [a.held.mac === undefined, b.held.mac === undefined];
  if (left !== right) return left ? 1 : -1;
  return a.holder < b.holder ? -1 : a.holder > b.holder ? 1 : 0;
}

function spaceWanted({ order, source }: ReadSpace<AdoptionOrder>, who: string): Wanted {
  return { order, who, sources: [source], claims: [] };
}

function holdingWanted(
  { holder, subnet, held, port, portSecurity, claims }: Holding,
  vip: VipClaim | undefined,
  nics: readonly Nic[],
  { isReserved, keeping }: { readonly isReserved: boolean; readonly keeping: readonly AdoptionOrder[] },
): Wanted[] {
  const sources = claims.map(({ source }) => source);
  const families = ([4, 6] as const).filter((family) => (family === 4 ? held.v4 : held.v6) !== undefined);
  const base = { subnet, ...held, families };
  const wish: AdoptionOrder = vip
    ? { type: 'ReserveVip', name: vip.name, owner: importedFrom(vip), ...base, ...vip.purpose }
    : { type: 'ReserveAddress', holder, ...base, ...(port !== undefined && { port, portSecurity }) };
  const orders: AdoptionOrder[] = [
    wish,
    ...(isReserved && !vip
      ? [{ type: 'SetRetention', subnet, holder, retention: { keep: 'forever' } } as const]
      : []),
    ...attachments(nics, holder, subnet),
    ...keeping,
  ];
  return orders.map((order) => ({ order, who: holder, sources, claims }));
}

/** The Vip is that object's alone, once Holdfast follows the cluster. */
const importedFrom = ({ claim }: VipClaim): ObjectOwner => ({
  kind: 'ImportedObject',
  resource: 'vips.kubeovn.io',
  uid: claim.source.uid,
});

/** Packets go to the first; the target of a migration comes after. */
function attachments(nics: readonly Nic[], holder: Holder, subnet: string): AdoptionOrder[] {
  const staying = nics.filter(({ role }) => role !== 'leaves');
  const ordered = staying.sort((a, b) => Number(a.role === 'joins') - Number(b.role === 'joins'));
  return ordered.map((nic) => {
    const migrates = nic.role === 'joins';
    return { type: 'AttachUser', subnet, holder, user: userOf(nic, holder), ...(migrates && { migrates }) };
  });
}

function rehearse(
  wanted: readonly Wanted[],
  rehearsal: Rehearsal,
  heldBack: Set<string>,
): { readonly steps: AdoptionStep[]; readonly conflicts: Conflict[] } {
  const steps: AdoptionStep[] = [];
  const conflicts: Conflict[] = [];
  for (const { order, who, sources, claims } of wanted) {
    const isOfHeldBackSubnet = heldBack.has(subnetName(order.subnet));
    if (heldBack.has(who) || isOfHeldBackSubnet) continue;
    const isKnown = order.type === 'DefineSubnet' || rehearsal.has(order.subnet);
    for (const release of releasesBefore(order, rehearsal))
      if (rehearsal.try(release).is === 'needed') steps.push({ order: release, who, isSo: false, sources });
    const tried = isKnown ? rehearsal.try(order) : undefined;
    if (tried && !tried.rejected) {
      steps.push({ order, who, isSo: tried.is === 'so', sources });
      continue;
    }
    heldBack.add(who);
    conflicts.push(
      tried?.rejected
        ? refusedByLedger(order, who, sources, claims, tried.rejected)
        : subnetUnknown(order, who, claims),
    );
  }
  return { steps, conflicts };
}

function subnetUnknown({ subnet }: AdoptionOrder, who: string, claims: readonly Claim[]): Conflict {
  return {
    code: 'SubnetUnknown',
    subnet,
    about: who,
    parties: [
      partyOf(who, claims),
      { who: subnetName(subnet), evidence: ['neither the cluster nor the ledger has this Subnet'] },
    ],
    message: `${who} is in subnet ${JSON.stringify(subnet)}, which neither the cluster nor the ledger has. Create the Subnet anew, or delete what is left of it.`,
    heldBack: [who],
  };
}
