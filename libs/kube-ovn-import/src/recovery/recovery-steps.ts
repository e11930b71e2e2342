// What recording what the sides show comes to, in the order in which it is done: spaces that the ledger does not have, what is withheld,
// moves, reservations and who uses them. Pure. An operator's word for a disputed address is a step of its own.
//
// The order is what makes it safe to end anywhere: what is disputed is withheld before anything can be given out, and no fence is lifted
// before all of it is done.
import {
  type Address,
  type AddressPair,
  addressesOf,
  familyOf,
  formatAddress,
  formatMac,
  type Holder,
  isVipHolder,
  type Mac,
  vipNameOf,
  type WithheldParty,
} from '@holdfast/ipam';
import { userOf } from '@holdfast/pods';
import type { ImportCommand } from '../plan/import-step';
import type { LedgerVip } from '../plan/ledger-contents';
import { askingOf } from '../run/requests';
import type { ClusterShows } from './cluster-claims';
import type { RecoveryRow } from './compare';
import type { NorthboundClaim } from '../northbound/northbound-claims';

/** One request of the contract. */
export interface RecordStep {
  readonly name: string;
  readonly request: object;
  /** For whom. */
  readonly who: string;
  readonly subnet: string;
  /** Addresses that are nobody's if the ledger refuses it. */
  readonly addresses: readonly Address[];
}

export interface WithholdStep {
  readonly subnet: string;
  /** What is tangled with each other, together. */
  readonly addresses: readonly { readonly address: Address; readonly parties: readonly WithheldParty[] }[];
}

export interface RecoverySteps {
  readonly spaces: readonly RecordStep[];
  readonly withhold: readonly WithholdStep[];
  readonly record: readonly RecordStep[];
}

/** What is known besides addresses. */
export interface ShownDetails {
  readonly cluster?: ClusterShows;
  readonly northbound?: readonly NorthboundClaim[];
  /** As the ledger has them: a move says the whole of a Vip. */
  readonly ledgerVips: readonly LedgerVip[];
}

/** What one holder is to have. */
export interface HeldStep extends AddressPair {
  readonly subnet: string;
  readonly holder: Holder;
  readonly mac?: Mac;
  readonly port?: string;
  readonly portSecurity?: boolean;
  /** It has something else there. */
  readonly isMoved: boolean;
}

export function stepsOf(
  rows: readonly RecoveryRow[],
  ledgerSubnets: ReadonlySet<string>,
  details: ShownDetails,
): RecoverySteps {
  const disputed = rows.filter(({ state }) => state === 'disputed');
  const shown = rows.filter(({ state }) => state === 'not recorded' || state === 'moved');
  const toHold = [...Map.groupBy(shown, ({ subnet, parties }) => `${subnet} ${parties[0]!.holder}`).values()];
  const held = toHold.map(heldStep);
  // Who moves away makes room.
  const inSequence = held.toSorted((a, b) => Number(b.isMoved) - Number(a.isMoved));
  const subnets = new Set([...shown, ...disputed].map(({ subnet }) => subnet));
  return {
    spaces: spacesOf(details.cluster, ledgerSubnets, subnets),
    withhold: [...tangles(disputed)],
    record: inSequence.flatMap((step) => recordSteps(step, details)),
  };
}

function heldStep(rows: readonly RecoveryRow[]): HeldStep {
  const [{ subnet, parties }] = rows as [RecoveryRow];
  const { holder, mac, port, portSecurity } = parties[0]!;
  const v4 = rows.map(({ address }) => address).find((address) => typeof address === 'number');
  const v6 = rows.map(({ address }) => address).find((address) => typeof address === 'bigint');
  const isMoved = rows.some(({ state }) => state === 'moved');
  return {
    ...{ subnet, holder, isMoved },
    ...(v4 !== undefined && { v4 }),
    ...(v6 !== undefined && { v6 }),
    ...(mac !== undefined && { mac }),
    ...(port !== undefined && { port, portSecurity: portSecurity ?? false }),
  };
}

/** Subnets that somebody is in, or that the cluster has. */
function spacesOf(
  cluster: ClusterShows | undefined,
  known: ReadonlySet<string>,
  needed: ReadonlySet<string>,
): RecordStep[] {
  const { subnets = [], pools = [] } = cluster?.spaces ?? {};
  const missing = subnets.filter(({ command }) => !known.has(command.subnet) && needed.has(command.subnet));
  const names = new Set(missing.map(({ command }) => command.subnet));
  const commands = [...missing, ...pools.filter(({ command }) => names.has(command.subnet))];
  return commands.map(({ command }) => stepOf(command, `${command.subnet}`, []));
}

/** What one holder gets, and who uses it. */
export function recordSteps(step: HeldStep, details: ShownDetails): RecordStep[] {
  const { subnet, holder, isMoved } = step;
  if (isMoved) return [moveStep(step, details)];
  const addresses = addressesOf(step);
  const pair = { v4: step.v4, v6: step.v6, mac: step.mac, families: addresses.map(familyOf) };
  const vip = details.cluster?.vips.get(holder);
  const row = details.northbound?.find((claim) => claim.holder === holder && claim.subnet === subnet);
  const name = vipNameOf(holder);
  const nics = details.cluster?.nicsOf.get(holder) ?? [];
  const port = step.port !== undefined && { port: step.port, portSecurity: step.portSecurity ?? false };
  const reserve: ImportCommand =
    name === undefined
      ? { type: 'ReserveAddress', subnet, holder, ...pair, ...port }
      : {
          ...{ type: 'ReserveVip', subnet, name, ...pair, selector: [] },
          vipType: row?.isLoadBalanced ? 'switch_lb_vip' : '',
          ...vip?.purpose,
          ...(vip && {
            owner: { kind: 'ImportedObject', resource: 'vips.kubeovn.io', uid: vip.uid },
          }),
        };
  const users = nics
    .filter(({ role }) => role !== 'leaves')
    .toSorted((a, b) => Number(a.role === 'joins') - Number(b.role === 'joins'))
    .map((nic): ImportCommand => {
      const migrates = nic.role === 'joins' && { migrates: true };
      return { type: 'AttachUser', subnet, holder, user: userOf(nic, holder), ...migrates };
    });
  const parents = name === undefined || vip ? [] : (row?.parents ?? []);
  return [
    stepOf(reserve, holder, addresses),
    ...users.map((command) => stepOf(command, holder, [])),
    ...parents.map((parent) => ({
      ...{ name: 'GrantVipParent', who: holder, subnet, addresses: [] },
      request: { name: vipNameOf(holder), port: parent },
    })),
  ];
}

function moveStep(step: HeldStep, { ledgerVips, cluster }: ShownDetails): RecordStep {
  const { subnet, holder } = step;
  const texts = {
    ...(step.v4 !== undefined && { v4: formatAddress(step.v4) }),
    ...(step.v6 !== undefined && { v6: formatAddress(step.v6) }),
    ...(step.mac !== undefined && { mac: formatMac(step.mac) }),
  };
  const of = { who: holder, subnet, addresses: addressesOf(step) };
  if (!isVipHolder(holder)) return { name: 'MoveAddress', request: { subnet, holder, ...texts }, ...of };
  const name = vipNameOf(holder);
  const { vipType = '', ...said } = cluster?.vips.get(holder)?.purpose ?? {};
  const known: Partial<LedgerVip> = ledgerVips.find((vip) => vip.name === name) ?? { type: vipType, ...said };
  const { type = '', namespace = '', selector = [], note = '' } = known;
  const purpose = { type, namespace, selector: [...selector], note };
  return { name: 'ReviseVip', request: { name, ...purpose, ...texts }, ...of };
}

function stepOf(command: ImportCommand, who: string, addresses: readonly Address[]): RecordStep {
  const { name, request } = askingOf(command);
  return { name, request, who, subnet: command.subnet, addresses };
}

/** Addresses whose parties are the same people: they are withheld in one decision, so that no pair is torn apart. */
function* tangles(rows: readonly RecoveryRow[]): Iterable<WithholdStep> {
  const left = new Set(rows);
  for (const first of rows) {
    if (!left.delete(first)) continue;
    const tangled = [first];
    for (const row of tangled)
      for (const other of left)
        if (other.subnet === row.subnet && sharesParty(other, row)) {
          left.delete(other);
          tangled.push(other);
        }
    yield { subnet: first.subnet, addresses: tangled.map(({ address, parties }) => ({ address, parties })) };
  }
}

const sharesParty = (a: RecoveryRow, b: RecoveryRow): boolean =>
  a.parties.some(({ holder }) => b.parties.some((party) => party.holder === holder));
