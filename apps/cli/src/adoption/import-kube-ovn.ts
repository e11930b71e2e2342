// One run of `holdfast import kube-ovn`: read the cluster and the ledger, plan, and (with --apply) record and look again.
//
//   cluster, ledger -> plan -> shown
//                        \---> recorded -> cluster, ledger -> plan: nothing is left but conflicts
import {
  type AdoptionPlan,
  type ClusterObjects,
  type Conflict,
  type KubernetesApi,
  KubernetesFault,
  namespacedResource,
  planAdoption,
  readCluster,
  type Resource,
} from '@holdfast/kube';
import { EXIT, type ExitCode } from '../exit-code';
import { type GlobalFlags, serverUrl, TIMEOUT_DEFAULT_MS } from '../flags';
import type { Io } from '../io';
import { Ledger } from '../ledger';
import type { Outcome, Refusal } from '../outcome';
import { tellRefusal } from '../refusal';
import { UsageFault } from '../usage-fault';
import { askLedger } from './ask-ledger';
import { type ClusterFlags, openCluster } from './open-cluster';
import { Recording } from './record';
import { type Report, type Row, reportJson, reportText } from './report';

export interface ImportFlags extends GlobalFlags, ClusterFlags {
  readonly apply?: boolean;
  readonly actor?: string;
  /** `group/version/plural` each. */
  readonly statefulSetKinds?: readonly string[];
  readonly keepVmIp: 'true' | 'false';
}

interface Seen {
  readonly plan: AdoptionPlan;
  /** Of the ledger. */
  readonly position: string;
}

export async function importKubeOvn(io: Io, flags: ImportFlags): Promise<ExitCode> {
  const ledger = new Ledger(serverUrl(flags, io), io, flags.timeout ?? TIMEOUT_DEFAULT_MS);
  let api: KubernetesApi | undefined;
  try {
    api = openCluster(flags, io);
    return await new Import(io, flags, ledger, api).run();
  } catch (error) {
    if (!(error instanceof KubernetesFault)) throw error;
    if (error.code === 'kubernetes-config-invalid') throw new UsageFault(error.message);
    return refuse(io, flags, refusalOf(error));
  } finally {
    await api?.close();
  }
}

class Import {
  private readonly statefulSets: readonly Resource[];

  constructor(
    private readonly io: Io,
    private readonly flags: ImportFlags,
    private readonly ledger: Ledger,
    private readonly api: KubernetesApi,
  ) {
    this.statefulSets = (flags.statefulSetKinds ?? []).map(statefulSetsOf);
  }

  async run(): Promise<ExitCode> {
    const before = await this.look('');
    if (before.refusal) return refuse(this.io, this.flags, before.refusal);
    const { plan, position } = before.reply;
    return this.flags.apply === true ? this.apply(plan, position) : this.show(plan);
  }

  private show(plan: AdoptionPlan): ExitCode {
    const rows = plan.steps.map((step): Row => ({ step, state: step.isSo ? 'so already' : 'to record' }));
    this.tell({ rows, conflicts: plan.conflicts, isApplied: false });
    return plan.conflicts.length > 0 ? EXIT.conflicts : EXIT.done;
  }

  private async apply(plan: AdoptionPlan, basis: string): Promise<ExitCode> {
    const { io, flags, ledger } = this;
    const recording = new Recording(ledger, io.clock, flags.actor ?? io.userName(), basis);
    const { done, conflicts, position, fault } = await recording.record(plan.steps);
    const after: Outcome<Seen> = fault ? { refusal: fault } : await this.look(position);
    const rows = plan.steps.map((step): Row => {
      return { step, state: step.isSo ? 'so already' : done.has(step) ? 'recorded' : 'to record' };
    });
    if (after.refusal) {
      this.tell({ rows, conflicts: [...plan.conflicts, ...conflicts], isApplied: true });
      io.err(`holdfast: ${tellRefusal(after.refusal)}\n`);
      io.err('holdfast: some of it may have been recorded; run the same again: nothing is recorded twice\n');
      return EXIT.failed;
    }
    return this.verify(rows, conflicts, after.reply.plan);
  }

  /** What the ledger and the cluster say now is what counts, not what was replied. */
  private verify(before: readonly Row[], refused: readonly Conflict[], now: AdoptionPlan): ExitCode {
    const recorded = new Set(
      before.filter(({ state }) => state === 'recorded').map(({ step }) => JSON.stringify(keyOf(step))),
    );
    const rows = now.steps.map((step): Row => {
      if (!step.isSo) return { step, state: 'to record' };
      return { step, state: recorded.has(JSON.stringify(keyOf(step))) ? 'recorded' : 'so already' };
    });
    const known = new Set(now.conflicts.map(({ code, about }) => `${code} ${about}`));
    const others = refused.filter(({ code, about }) => !known.has(`${code} ${about}`));
    const conflicts = [...now.conflicts, ...others];
    this.tell({ rows, conflicts, isApplied: true });
    const left = rows.filter(({ state }) => state === 'to record').length;
    if (left > 0)
      this.io.err(
        `holdfast: the ledger does not have ${left} of what the cluster says now; run the same again\n`,
      );
    return conflicts.length > 0 || left > 0 ? EXIT.conflicts : EXIT.done;
  }

  private async look(atLeastPosition: string): Promise<Outcome<Seen>> {
    const objects = await this.read();
    const contents = await askLedger(this.ledger, atLeastPosition);
    if (contents.refusal) return contents;
    const groups = ['apps', ...this.statefulSets.map(({ group }) => group)];
    const rules = { statefulSetGroups: new Set(groups), keepVmIp: this.flags.keepVmIp === 'true' };
    const { position } = contents.reply;
    return { reply: { plan: planAdoption(objects, contents.reply, rules), position } };
  }

  private read(): Promise<ClusterObjects> {
    const { io, flags, api, statefulSets } = this;
    return readCluster({
      ...{ api, clock: io.clock, statefulSets },
      timeoutMs: flags.timeout ?? TIMEOUT_DEFAULT_MS,
    });
  }

  private tell(report: Report): void {
    const { output } = this.flags;
    this.io.out(
      output === 'json'
        ? `${JSON.stringify(reportJson(report), null, 2)}\n`
        : reportText(report, output === 'wide'),
    );
  }
}

function keyOf({ order }: AdoptionPlan['steps'][number]): unknown[] {
  const who = 'holder' in order ? order.holder : 'name' in order ? order.name : '';
  return [order.type, order.subnet, who, order.type === 'AttachUser' ? order.user.uid : ''];
}

/** `apps.kruise.io/v1beta1/statefulsets` */
function statefulSetsOf(text: string): Resource {
  const [group, version, plural, ...more] = text.split('/');
  if (group && version && plural && more.length === 0)
    return namespacedResource(group, version, plural, 'StatefulSet');
  throw new UsageFault(`--stateful-set-kinds: ${JSON.stringify(text)} is not group/version/plural`);
}

const refusalOf = ({ code, message, retryable }: KubernetesFault): Refusal => ({
  ...{ code, message, retryable, facts: {}, isFault: true },
});

function refuse(io: Io, { output }: ImportFlags, refusal: Refusal): ExitCode {
  const { code, message, facts, retryable, isFault } = refusal;
  if (output === 'json') io.out(`${JSON.stringify({ code, message, facts, retryable }, null, 2)}\n`);
  io.err(`holdfast: ${tellRefusal(refusal)}\n`);
  return isFault ? EXIT.failed : EXIT.refused;
}
