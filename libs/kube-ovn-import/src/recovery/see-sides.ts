// What there is before a recovery: the ledger, asked of the process that is fenced and still answers; what its sides show; and how it
// found each of them.
import type { Clock } from '@holdfast/clock';
import { type Holder, parseAddress, parseHolder, parseMac, type WithheldParty } from '@holdfast/ipam';
import type { KubernetesApi, Resource } from '@holdfast/kube-api';
import { IPS } from '../cluster/cluster-objects';
import { readCluster } from '../cluster/read-cluster';
import type { NorthboundHandOver } from '../northbound/northbound-hand-over';
import type { NorthboundClaim } from '../northbound/northbound-claims';
import type { LedgerReservation, LedgerVip } from '../plan/ledger-contents';
import type { SaidClaim } from '../plan/said-claim';
import type { LedgerCallOutcome, LedgerClient } from '../run/ledger-client';
import { readLedger } from '../run/read-ledger';
import { clusterShows, type ClusterShows } from './cluster-claims';
import { compareClaims, type KnownWithheld, type RecoveryRow } from './compare';
import type { PlaneSides, RecoveryPlane } from './recovery-plane';
import type { ShownDetails } from './recovery-steps';

export interface RecoverySources {
  readonly clock: Clock;
  readonly plane: RecoveryPlane;
  readonly ledger: LedgerClient;
  /** Absent: it is not to be looked at. */
  readonly api?: KubernetesApi;
  readonly northbound?: NorthboundHandOver;
  readonly statefulSets: readonly Resource[];
  readonly keepVmIp: boolean;
  readonly timeoutMs: number;
}

export interface SeenSides {
  readonly plane: PlaneSides;
  readonly rows: readonly RecoveryRow[];
  readonly withheld: readonly KnownWithheld[];
  readonly subnets: ReadonlySet<string>;
  readonly reservations: readonly LedgerReservation[];
  readonly details: ShownDetails;
}

/** @param atLeastPosition '' for what is there now @throws KubernetesFault, OvsdbFault */
export async function seeSides(
  sources: RecoverySources,
  atLeastPosition: string,
): Promise<LedgerCallOutcome<SeenSides>> {
  const { plane, ledger, northbound } = sources;
  const sides = await plane.sides();
  if (sides.refusal) return sides;
  const contents = await readLedger(ledger, atLeastPosition, false);
  if (contents.refusal) return contents;
  const listed = await ledger.callForAll('ListSubnets', { atLeastPosition });
  if (listed.refusal) return listed;
  const cluster = await readShown(sources);
  await northbound?.whenRead();
  const rows: readonly NorthboundClaim[] = northbound?.claims() ?? [];
  const withheld = listed.reply.subnets.flatMap(({ name, withheld: all }) =>
    all.map((one) => ({
      subnet: name,
      address: sure(parseAddress(one.address), one.address),
      parties: one.parties.map(toParty),
    })),
  );
  const { reservations, vips, subnets } = contents.reply;
  const recorded = reservations.map(
    (one): SaidClaim => ({ by: 'ledger', subnet: one.subnet, ...readHeld(one) }),
  );
  const claims = [...recorded, ...rows, ...(cluster?.claims ?? [])];
  return {
    reply: {
      ...{ plane: sides.reply, withheld, reservations },
      rows: compareClaims(claims, withheld),
      subnets: new Set(subnets.map(({ name }) => name)),
      details: {
        ledgerVips: vips as readonly LedgerVip[],
        ...(cluster && { cluster }),
        ...(northbound && { northbound: rows }),
      },
    },
  };
}

async function readShown({
  api,
  clock,
  statefulSets,
  keepVmIp,
  timeoutMs,
}: RecoverySources): Promise<ClusterShows | undefined> {
  if (!api) return undefined;
  const objects = await readCluster({ api, clock, statefulSets, timeoutMs, optional: [IPS] });
  const groups = ['apps', ...statefulSets.map(({ group }) => group)];
  return clusterShows(objects, { statefulSetGroups: new Set(groups), keepVmIp });
}

interface HeldText {
  readonly holder: string;
  readonly v4?: string;
  readonly v6?: string;
  readonly mac?: string;
  readonly port?: string;
  readonly portSecurity?: boolean;
}

function readHeld({ holder, v4, v6, mac, port, portSecurity }: HeldText): Omit<WithheldParty, 'saidBy'> {
  return {
    holder: sure<Holder>(parseHolder(holder), holder),
    ...(v4 !== undefined && { v4: sure(parseAddress(v4), v4) as number }),
    ...(v6 !== undefined && { v6: sure(parseAddress(v6), v6) as bigint }),
    ...(mac !== undefined && { mac: sure(parseMac(mac), mac) }),
    ...(port !== undefined && { port, portSecurity: portSecurity ?? false }),
  };
}

const toParty = (party: HeldText & { readonly saidBy: readonly string[] }): WithheldParty => ({
  ...readHeld(party),
  saidBy: [...party.saidBy],
});

function sure<Value>(value: Value | undefined, text: string): Value {
  if (value === undefined) throw new TypeError(`the ledger told ${JSON.stringify(text)}`);
  return value;
}
