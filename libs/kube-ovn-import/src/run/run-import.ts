// One run of import: read the cluster and the ledger, plan, and (where it is to be applied) record and look again. Where the
// Northbound is asked for, the ports that Kube-OVN made are taken over last: the ledger comes first. It prints nothing.
//
//   cluster, ledger, Northbound -> plan -> shown
//                                    \---> recorded -> look again -> ports taken over -> look again: conflicts are left
import type { ImportConflict } from '../cluster/conflict';
import type { PortToTakeOver } from '../northbound/plan-take-over';
import type { ImportPlan } from '../plan/plan';
import type { LedgerCallOutcome, LedgerCallRefusal } from './ledger-client';
import { look, type LookOptions, type Seen } from './look';
import { Recording } from './record';
import { type ImportReport, type ReportedConflict, reportedPorts, type ReportedStep } from './reported';
import { takePortsOver } from './take-ports-over';

export type ImportResult =
  /** Nothing could be read; nothing was done. */
  | { readonly is: 'refused'; readonly refusal: LedgerCallRefusal }
  /** It ended early: some of it may have been recorded. */
  | { readonly is: 'ended early'; readonly report: ImportReport; readonly refusal: LedgerCallRefusal }
  | {
      readonly is: 'shown' | 'applied';
      readonly report: ImportReport;
      /** Steps that the ledger does not have though they were recorded: the cluster changed meanwhile. */
      readonly stepsLeft: number;
      readonly portsLeft: number;
      /** Why there are no more ports taken over. */
      readonly refusal?: LedgerCallRefusal;
    };

/** @param by who runs import @throws KubernetesFault, OvsdbFault */
export async function runImport(
  options: LookOptions,
  { isApplied, by }: { readonly isApplied: boolean; readonly by: string },
): Promise<ImportResult> {
  const before = await look(options, '');
  if (before.refusal) return { is: 'refused', refusal: before.refusal };
  return isApplied ? apply(options, before.reply, by) : show(before.reply);
}

function show({ plan, conflicts, takeOver }: Seen): ImportResult {
  const steps = plan.steps.map((step): ReportedStep => {
    return { step, state: step.isSo ? 'so already' : 'to record' };
  });
  const ports = takeOver && reportedPorts(takeOver, []);
  const report = { steps, ...(ports && { ports }), conflicts, isApplied: false };
  return { is: 'shown', report, stepsLeft: 0, portsLeft: 0 };
}

async function apply(
  options: LookOptions,
  { plan, conflicts: found, position: basis }: Seen,
  by: string,
): Promise<ImportResult> {
  const recording = new Recording(options.ledger, options.clock, by, basis);
  const { done, conflicts, position, fault } = await recording.record(plan.steps);
  const after: LedgerCallOutcome<Seen> = fault ? { refusal: fault } : await look(options, position);
  const steps = plan.steps.map((step): ReportedStep => {
    return { step, state: step.isSo ? 'so already' : done.has(step) ? 'recorded' : 'to record' };
  });
  if (after.refusal) {
    const report = { steps, conflicts: [...found, ...conflicts], isApplied: true };
    return { is: 'ended early', report, refusal: after.refusal };
  }
  const taken = await takePortsOver(options, after.reply);
  return verify(steps, [...conflicts, ...taken.conflicts], taken.seen, taken);
}

/** What the ledger, the cluster and the Northbound say now is what counts, not what was replied. */
function verify(
  before: readonly ReportedStep[],
  refused: readonly (ImportConflict | ReportedConflict)[],
  { plan, conflicts: now, takeOver }: Seen,
  taken: { readonly ports: readonly PortToTakeOver[]; readonly refusal?: LedgerCallRefusal },
): ImportResult {
  const recorded = new Set(
    before.filter(({ state }) => state === 'recorded').map(({ step }) => JSON.stringify(keyOf(step))),
  );
  const steps = plan.steps.map((step): ReportedStep => {
    if (!step.isSo) return { step, state: 'to record' };
    return { step, state: recorded.has(JSON.stringify(keyOf(step))) ? 'recorded' : 'so already' };
  });
  const known = new Set(now.map(({ code, about }) => `${code} ${about}`));
  const conflicts = [...now, ...refused.filter(({ code, about }) => !known.has(`${code} ${about}`))];
  const ports = takeOver && reportedPorts(takeOver, taken.ports);
  return {
    is: 'applied',
    report: { steps, ...(ports && { ports }), conflicts, isApplied: true },
    stepsLeft: steps.filter(({ state }) => state === 'to record').length,
    portsLeft: takeOver?.ports.length ?? 0,
    ...(taken.refusal && { refusal: taken.refusal }),
  };
}

function keyOf({ command }: ImportPlan['steps'][number]): unknown[] {
  const who = 'holder' in command ? command.holder : 'name' in command ? command.name : '';
  return [command.type, command.subnet, who, command.type === 'AttachUser' ? command.user.uid : ''];
}
