// What there is: the cluster, the ledger and, where it is asked for, the Northbound, and what is to be done about it.
import type { KubernetesApi, Resource } from '@holdfast/kube-api';
import type { Clock } from '@holdfast/clock';
import { LedgerView } from '@holdfast/ipam';
import type { LedgerMark } from '@holdfast/ipam';
import type { ClusterObjects } from '../cluster/cluster-objects';
import { kubeOvnRuns } from '../cluster/kube-ovn-controller';
import { readCluster } from '../cluster/read-cluster';
import type { NorthboundHandOver } from '../northbound/northbound-hand-over';
import type { TakeOverPlan } from '../northbound/plan-take-over';
import { type ImportPlan, planImport } from '../plan/plan';
import type { LedgerCallOutcome, LedgerClient } from './ledger-client';
import { readLedger } from './read-ledger';
import { type ReportedConflict, reportedConflict } from './reported';

export interface Seen {
  readonly plan: ImportPlan;
  readonly conflicts: readonly ReportedConflict[];
  /** Of the ledger. */
  readonly position: string;
  readonly takeOver?: TakeOverPlan;
  /** Why no port is to be taken over now. */
  readonly running?: ReportedConflict;
  readonly mark: LedgerMark;
}

export interface LookOptions {
  readonly clock: Clock;
  readonly api: KubernetesApi;
  readonly ledger: LedgerClient;
  readonly northbound: NorthboundHandOver | undefined;
  readonly statefulSets: readonly Resource[];
  readonly keepVmIp: boolean;
  readonly timeoutMs: number;
}

/** @param atLeastPosition '' for what is there now @throws KubernetesFault, OvsdbFault */
export async function look(options: LookOptions, atLeastPosition: string): Promise<LedgerCallOutcome<Seen>> {
  const { ledger, northbound, statefulSets, keepVmIp } = options;
  const objects = await readObjects(options);
  const contents = await readLedger(ledger, atLeastPosition, northbound !== undefined);
  if (contents.refusal) return contents;
  await northbound?.whenRead();
  const groups = ['apps', ...statefulSets.map(({ group }) => group)];
  const rules = { statefulSetGroups: new Set(groups), keepVmIp };
  const plan = planImport(objects, contents.reply, rules, northbound?.answered());
  const { position, ledgerId } = contents.reply;
  const mark = { position: position || undefined, ledger: ledgerId || undefined };
  if (!northbound) return { reply: { plan, conflicts: plan.conflicts, position, mark } };
  const takeOver = northbound.plan(viewOf(plan));
  const running = kubeOvnRuns(objects);
  const ofRows = [...(running ? [running] : []), ...takeOver.conflicts.map(reportedConflict)];
  const conflicts = [...plan.conflicts, ...ofRows];
  return { reply: { plan, conflicts, position, mark, takeOver, ...(running && { running }) } };
}

function readObjects({ clock, api, statefulSets, timeoutMs }: LookOptions): Promise<ClusterObjects> {
  return readCluster({ api, clock, statefulSets, timeoutMs });
}

/** The ledger as it is once the plan is recorded. */
function viewOf({ facts }: ImportPlan): LedgerView {
  const view = new LedgerView();
  for (const fact of facts) view.apply(fact);
  return view;
}
