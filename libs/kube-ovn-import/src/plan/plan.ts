// What import would record of a cluster that Kube-OVN runs, what of it is so already, and every conflict. Pure: it is
// given what the cluster and the ledger have, and the same again gives the same plan.
//
//   objects -> claims (who has what, by which object) -> holdings that all agree on -> commands, tried on the ledger's state
//                     \__________ conflicts ______________/____________________________/
import type { Holder, ObjectOwner, SubnetFact } from '@holdfast/ipam';
import { type IdentityRules, userOf } from '@holdfast/pods';
import {
  readAddressSpaces,
  type ReadSpace,
  poolName,
  subnetName,
  systemClaims,
} from '../cluster/address-spaces';
import { agree, type Holding } from './agreement';
import type { Claim, Source } from '../cluster/claim';
import type { ClusterObjects } from '../cluster/cluster-objects';
import { type ImportConflict, partyOf } from '../cluster/conflict';
import { countConflicts } from './counts';
import { forgotten, holdBack, releasesBefore } from './held-back';
import { readIps } from '../cluster/ip-claims';
import { keepFor } from './keeper';
import { type LedgerContents, statesOf, stepsTo } from './ledger-contents';
import { refusedByLedger } from './ledger-conflict';
import { type Nic, readPodNics } from '../cluster/pod-nics';
import type { ImportCommand, ImportStep } from './import-step';
import { Rehearsal } from './rehearsal';
import { type PortAddress, straysOf, unexplainedPorts } from './unexplained-ports';
import { upperCase } from './upper-case';
import { usersDiffer } from '../cluster/users-differ';
import { readVips, type VipClaim } from '../cluster/vip-claims';
import { attribute } from '../cluster/vip-users';

export interface ImportPlan {
  /** In the order in which they can be done. */
  readonly steps: readonly ImportStep[];
  readonly conflicts: readonly ImportConflict[];
  /** What makes the ledger what it is, and then what it will be with the steps. */
  readonly facts: readonly SubnetFact[];
}

interface Candidate {
  readonly command: ImportCommand;
  readonly who: string;
  readonly sources: readonly Source[];
  readonly claims: readonly Claim[];
}

export function planImport(
  objects: ClusterObjects,
  ledger: LedgerContents,
  rules: IdentityRules,
  ports: readonly PortAddress[] = [],
): ImportPlan {
  const spaces = readAddressSpaces(objects);
  const { nics, ...ofPods } = readPodNics(objects, rules);
  const { ips, ...ofIps } = readIps(objects, nics, rules);
  const { vips, ...ofVips } = readVips(objects);
  const attributed = attribute(vips, nics, ips);
  const said = [...attributed.claims, ...systemOf(objects, attributed.claims)];
  const { holdings, conflicts: disagreements } = agree(said);
  const users = new Map([...attributed.nicsOf].map(([holder, of]) => [holder, usersDiffer(holder, of)]));
  const counts = countConflicts(objects, {
    claims: said,
    isOfUsedVip: ({ holder }) => attributed.usedVips.has(holder),
  });
  const conflicts: ImportConflict[] = [
    ...spaces.conflicts,
    ...[
      ...ofPods.conflicts,
      ...ofIps.conflicts,
      ...ofVips.conflicts,
      ...attributed.conflicts,
      ...disagreements,
    ],
    ...[...users.values()].filter((it) => it !== undefined),
    ...[...vips, ...ips, ...nics].filter((it) => it.isUpperCase).map((it) => upperCase(it.claim)),
    ...counts.conflicts,
  ];
  const heldBack = new Set(conflicts.flatMap((conflict) => conflict.heldBack));
  const reservedHolders = new Set(ips.filter((ip) => ip.isReserved).map(({ claim }) => claim.holder));
  const purposes = new Map(vips.map((vip) => [vip.claim.holder, vip]));
  const candidates = [
    ...spaces.subnets.map((space) => spaceCandidate(space, subnetName(space.command.subnet))),
    ...spaces.pools.map((space) => spaceCandidate(space, poolName(space.command.subnet, space.command.name))),
    ...[...holdings].sort(byMacAndName).flatMap((holding) => {
      const of = users.get(holding.holder) ? [] : (attributed.nicsOf.get(holding.holder) ?? []);
      const keeper = attributed.keepers.get(holding.holder);
      return holdingCandidates(holding, purposes.get(holding.holder), of, {
        isReserved: reservedHolders.has(holding.holder),
        keeping: keeper ? keepFor(holding.holder, keeper) : [],
      });
    }),
  ];
  const rehearsal = new Rehearsal(statesOf(ledger));
  const rehearsed = rehearse(candidates, rehearsal, heldBack);
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
function distinct(steps: readonly ImportStep[]): ImportStep[] {
  const firstBy = new Map<string, ImportStep>();
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

function spaceCandidate({ command, source }: ReadSpace<ImportCommand>, who: string): Candidate {
  return { command, who, sources: [source], claims: [] };
}

function holdingCandidates(
  { holder, subnet, held, port, portSecurity, claims }: Holding,
  vip: VipClaim | undefined,
  nics: readonly Nic[],
  { isReserved, keeping }: { readonly isReserved: boolean; readonly keeping: readonly ImportCommand[] },
): Candidate[] {
  const sources = claims.map(({ source }) => source);
  const families = ([4, 6] as const).filter((family) => (family === 4 ? held.v4 : held.v6) !== undefined);
  const base = { subnet, ...held, families };
  const request: ImportCommand = vip
    ? { type: 'ReserveVip', name: vip.name, owner: importedFrom(vip), ...base, ...vip.purpose }
    : { type: 'ReserveAddress', holder, ...base, ...(port !== undefined && { port, portSecurity }) };
  const commands: ImportCommand[] = [
    request,
    ...(isReserved && !vip
      ? [{ type: 'SetRetention', subnet, holder, retention: { keep: 'forever' } } as const]
      : []),
    ...attachments(nics, holder, subnet),
    ...keeping,
  ];
  return commands.map((command) => ({ command, who: holder, sources, claims }));
}

/** The Vip is that object's alone, once Holdfast follows the cluster. */
const importedFrom = ({ claim }: VipClaim): ObjectOwner => ({
  kind: 'ImportedObject',
  resource: 'vips.kubeovn.io',
  uid: claim.source.uid,
});

/** Packets go to the first; the target of a migration comes after. */
function attachments(nics: readonly Nic[], holder: Holder, subnet: string): ImportCommand[] {
  const staying = nics.filter(({ role }) => role !== 'leaves');
  const inSequence = staying.sort((a, b) => Number(a.role === 'joins') - Number(b.role === 'joins'));
  return inSequence.map((nic) => {
    const migrates = nic.role === 'joins';
    return { type: 'AttachUser', subnet, holder, user: userOf(nic, holder), ...(migrates && { migrates }) };
  });
}

function rehearse(
  candidates: readonly Candidate[],
  rehearsal: Rehearsal,
  heldBack: Set<string>,
): { readonly steps: ImportStep[]; readonly conflicts: ImportConflict[] } {
  const steps: ImportStep[] = [];
  const conflicts: ImportConflict[] = [];
  for (const { command, who, sources, claims } of candidates) {
    const isOfHeldBackSubnet = heldBack.has(subnetName(command.subnet));
    if (heldBack.has(who) || isOfHeldBackSubnet) continue;
    const isKnown = command.type === 'DefineSubnet' || rehearsal.has(command.subnet);
    for (const release of releasesBefore(command, rehearsal))
      if (rehearsal.try(release).is === 'needed') steps.push({ command: release, who, isSo: false, sources });
    const tried = isKnown ? rehearsal.try(command) : undefined;
    if (tried && !tried.rejected) {
      steps.push({ command, who, isSo: tried.is === 'so', sources });
      continue;
    }
    heldBack.add(who);
    conflicts.push(
      tried?.rejected
        ? refusedByLedger(command, who, sources, claims, tried.rejected)
        : subnetUnknown(command, who, claims),
    );
  }
  return { steps, conflicts };
}

function subnetUnknown({ subnet }: ImportCommand, who: string, claims: readonly Claim[]): ImportConflict {
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
