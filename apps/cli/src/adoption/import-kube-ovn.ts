// One run of `holdfast import kube-ovn`: read the cluster and the ledger, plan, and (with --apply) record and look again.
// Where the Northbound is asked for, the ports that Kube-OVN made are taken over last: the ledger comes first.
//
//   cluster, ledger, Northbound -> plan -> shown
//                                    \---> recorded -> look again -> ports taken over -> look again: conflicts are left
import { type KubernetesApi, KubernetesFault, namespacedResource, type Resource } from '@holdfast/kube';
import type { AdoptionPlan, Conflict } from '@holdfast/kube';
import type { NorthboundHandOver, PortToTakeOver } from '@holdfast/ovn';
import { EXIT, type ExitCode } from '../exit-code';
import { type GlobalFlags, serverUrl, TIMEOUT_DEFAULT_MS } from '../flags';
import type { Io } from '../io';
import { RemoteLedger } from '../ledger';
import type { CliOutcome, CallRefusal } from '../outcome';
import { tellRefusal } from '../refusal';
import { UsageFault } from '../usage-fault';
import { giveBack } from './give-back';
import { look, type LookOptions, type Seen } from './look';
import { type NorthboundFlags, northboundRefusal, openNorthbound, portName } from './northbound';
import { type ClusterFlags, openCluster } from './open-cluster';
import { Recording } from './record';
import { type PortRow, type Report, type ReportedConflict, reportJson, reportText, type Row } from './report';
import { takePortsOver } from './take-ports-over';

export interface ImportFlags extends GlobalFlags, ClusterFlags, NorthboundFlags {
  readonly apply?: boolean;
  readonly giveBack?: boolean;
  readonly actor?: string;
  /** `group/version/plural` each. */
  readonly statefulSetKinds?: readonly string[];
  readonly keepVmIp: 'true' | 'false';
  /** Milliseconds. */
  readonly timeout?: number;
}

export async function importKubeOvn(io: Io, flags: ImportFlags): Promise<ExitCode> {
  let api: KubernetesApi | undefined;
  let northbound: NorthboundHandOver | undefined;
  try {
    if (flags.giveBack && flags.northbound === undefined)
      throw new UsageFault('--give-back needs --northbound, to know whose ports');
    northbound = openNorthbound(flags, io);
    if (flags.giveBack && northbound) return await giveBack(io, northbound, flags);
    const timeoutMs = flags.timeout ?? TIMEOUT_DEFAULT_MS;
    const ledger = new RemoteLedger(serverUrl(flags, io), io, timeoutMs);
    api = openCluster(flags, io);
    const statefulSets = (flags.statefulSetKinds ?? []).map(statefulSetsOf);
    const keepVmIp = flags.keepVmIp === 'true';
    const options = { io, api, ledger, northbound, statefulSets, keepVmIp, timeoutMs };
    return await new Import(flags, options).run();
  } catch (error) {
    const refusal = northboundRefusal(error) ?? clusterRefusal(error);
    if (!refusal) throw error;
    return refuse(io, flags, refusal);
  } finally {
    await Promise.all([api?.close(), northbound?.close()]);
  }
}

class Import {
  private readonly io: Io;

  constructor(
    private readonly flags: ImportFlags,
    private readonly options: LookOptions,
  ) {
    this.io = options.io;
  }

  async run(): Promise<ExitCode> {
    const before = await look(this.options, '');
    if (before.refusal) return refuse(this.io, this.flags, before.refusal);
    return this.flags.apply === true ? this.apply(before.reply) : this.show(before.reply);
  }

  private show({ plan, conflicts, takeOver }: Seen): ExitCode {
    const rows = plan.steps.map((step): Row => ({ step, state: step.isSo ? 'so already' : 'to record' }));
    this.tell({ rows, ...(takeOver && { ports: portRows(takeOver, []) }), conflicts, isApplied: false });
    return conflicts.length > 0 ? EXIT.conflicts : EXIT.done;
  }

  private async apply({ plan, conflicts: found, position: basis }: Seen): Promise<ExitCode> {
    const { io, flags, options } = this;
    const recording = new Recording(options.ledger, io.clock, flags.actor ?? io.userName(), basis);
    const { done, conflicts, position, fault } = await recording.record(plan.steps);
    const after: CliOutcome<Seen> = fault ? { refusal: fault } : await look(options, position);
    const rows = plan.steps.map((step): Row => {
      return { step, state: step.isSo ? 'so already' : done.has(step) ? 'recorded' : 'to record' };
    });
    if (after.refusal) {
      this.tell({ rows, conflicts: [...found, ...conflicts], isApplied: true });
      io.err(`holdfast: ${tellRefusal(after.refusal)}\n`);
      io.err('holdfast: some of it may have been recorded; run the same again: nothing is recorded twice\n');
      return EXIT.failed;
    }
    const taken = await takePortsOver(options, after.reply);
    return this.verify(rows, [...conflicts, ...taken.conflicts], taken.seen, taken);
  }

  /** What the ledger, the cluster and the Northbound say now is what counts, not what was replied. */
  private verify(
    before: readonly Row[],
    refused: readonly (Conflict | ReportedConflict)[],
    { plan, conflicts: now, takeOver }: Seen,
    { ports, refusal }: { readonly ports: readonly PortToTakeOver[]; readonly refusal?: CallRefusal },
  ): ExitCode {
    const recorded = new Set(
      before.filter(({ state }) => state === 'recorded').map(({ step }) => JSON.stringify(keyOf(step))),
    );
    const rows = plan.steps.map((step): Row => {
      if (!step.isSo) return { step, state: 'to record' };
      return { step, state: recorded.has(JSON.stringify(keyOf(step))) ? 'recorded' : 'so already' };
    });
    const known = new Set(now.map(({ code, about }) => `${code} ${about}`));
    const conflicts = [...now, ...refused.filter(({ code, about }) => !known.has(`${code} ${about}`))];
    this.tell({ rows, ...(takeOver && { ports: portRows(takeOver, ports) }), conflicts, isApplied: true });
    const left = rows.filter(({ state }) => state === 'to record').length;
    if (left > 0)
      this.io.err(
        `holdfast: the ledger does not have ${left} of what the cluster says now; run the same again\n`,
      );
    if (refusal) {
      this.io.err(`holdfast: ${tellRefusal(refusal)}\n`);
      return refusal.isFault ? EXIT.failed : EXIT.refused;
    }
    const portsLeft = takeOver?.ports.length ?? 0;
    return conflicts.length > 0 || left > 0 || portsLeft > 0 ? EXIT.conflicts : EXIT.done;
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

/** @param taken in this run */
function portRows(
  { ports, already }: NonNullable<Seen['takeOver']>,
  taken: readonly PortToTakeOver[],
): PortRow[] {
  const byName = new Map(taken.map((port) => [portName(port), port]));
  const rowOf = (port: PortToTakeOver, state: PortRow['state']): PortRow => {
    return { state, port: portName(port), key: port.key, respelled: port.respelled };
  };
  return [
    ...already.map((name): PortRow => {
      const port = byName.get(name);
      return port ? rowOf(port, 'taken over') : { state: 'so already', port: name, key: '', respelled: [] };
    }),
    ...ports.map((port) => rowOf(port, 'to take over')),
  ].sort((a, b) => (a.port < b.port ? -1 : 1));
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

/** @throws UsageFault */
function clusterRefusal(error: unknown): CallRefusal | undefined {
  if (!(error instanceof KubernetesFault)) return undefined;
  const { code, message, retryable } = error;
  if (code === 'kubernetes-config-invalid') throw new UsageFault(message);
  return { code, message, retryable, facts: {}, isFault: true };
}

function refuse(io: Io, { output }: ImportFlags, refusal: CallRefusal): ExitCode {
  const { code, message, facts, retryable, isFault } = refusal;
  if (output === 'json') io.out(`${JSON.stringify({ code, message, facts, retryable }, null, 2)}\n`);
  io.err(`holdfast: ${tellRefusal(refusal)}\n`);
  return isFault ? EXIT.failed : EXIT.refused;
}
