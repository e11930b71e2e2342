// What there is: the cluster, the ledger and, where it is asked for, the Northbound, and what is to be done about it.
import {
  type AdoptionPlan,
  type ClusterObjects,
  type KubernetesApi,
  kubeOvnRuns,
  planAdoption,
  readCluster,
  type Resource,
} from '@holdfast/kube';
import { LedgerView } from '@holdfast/ipam';
import type { LedgerMark, NorthboundHandOver, TakeOverPlan } from '@holdfast/ovn';
import type { Io } from '../io';
import type { RemoteLedger } from '../ledger';
import type { CliOutcome } from '../outcome';
import { askLedger } from './ask-ledger';
import { reportedConflict } from './northbound';
import type { ReportedConflict } from './report';

export interface Seen {
  readonly plan: AdoptionPlan;
  readonly conflicts: readonly ReportedConflict[];
  /** Of the ledger. */
  readonly position: string;
  readonly takeOver?: TakeOverPlan;
  /** Why no port is to be taken over now. */
  readonly running?: ReportedConflict;
  readonly mark: LedgerMark;
}

export interface LookOptions {
  readonly io: Io;
  readonly api: KubernetesApi;
  readonly ledger: RemoteLedger;
  readonly northbound: NorthboundHandOver | undefined;
  readonly statefulSets: readonly Resource[];
  readonly keepVmIp: boolean;
  readonly timeoutMs: number;
}

/** @param atLeastPosition '' for what is there now @throws KubernetesFault, OvsdbFault */
export async function look(options: LookOptions, atLeastPosition: string): Promise<CliOutcome<Seen>> {
  const { ledger, northbound, statefulSets, keepVmIp } = options;
  const objects = await readObjects(options);
  const contents = await askLedger(ledger, atLeastPosition, northbound !== undefined);
  if (contents.refusal) return contents;
  await northbound?.whenRead();
  const groups = ['apps', ...statefulSets.map(({ group }) => group)];
  const rules = { statefulSetGroups: new Set(groups), keepVmIp };
  const plan = planAdoption(objects, contents.reply, rules, northbound?.answered());
  const { position, ledgerId } = contents.reply;
  const mark = { position: position || undefined, ledger: ledgerId || undefined };
  if (!northbound) return { reply: { plan, conflicts: plan.conflicts, position, mark } };
  const takeOver = northbound.plan(viewOf(plan));
  const running = kubeOvnRuns(objects);
  const ofRows = [...(running ? [running] : []), ...takeOver.conflicts.map(reportedConflict)];
  const conflicts = [...plan.conflicts, ...ofRows];
  return { reply: { plan, conflicts, position, mark, takeOver, ...(running && { running }) } };
}

function readObjects({ io, api, statefulSets, timeoutMs }: LookOptions): Promise<ClusterObjects> {
  return readCluster({ api, clock: io.clock, statefulSets, timeoutMs });
}

/** The ledger as it is once the plan is recorded. */
function viewOf({ facts }: AdoptionPlan): LedgerView {
  const view = new LedgerView();
  for (const fact of facts) view.apply(fact);
  return view;
}
