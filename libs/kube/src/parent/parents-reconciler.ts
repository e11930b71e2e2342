// The parents of one Vip that its selector says: the Pods that name it and may answer for it become grants in the
// ledger, and those that no longer may lose theirs. Grants of others are never touched. Every reconcile compares the whole
// Vip, so that it does not matter which events were seen.
//
//   Pods that name the Vip -> verdicts -> ports wanted --+-> WithdrawParent, GrantParent
//                        ledger's grants by selector ----+          refused, unfit: one Event on the Pod
import { parseLabelSelector, type VipEntry } from '@holdfast/ipam';
import { type KubernetesObject, type PodWarning, type PodWarnings, readTextList } from '@holdfast/kube-api';
import type { Context } from '../object/context';
import { BEHIND_RETRY_MS } from '@holdfast/projection';
import { isOwnVip } from '../vip/own-vips';
import type { PodsByVip } from './pods-by-vip';
import { executeAll, grantTo, isSettled } from './parent-commands';
import { vipForParents, fitnessOf, vipMissing } from './parent-fitness';
import { type JudgedPod, Withdrawals } from './withdrawals';

export class ParentsReconciler {
  private readonly withdrawals: Withdrawals;

  constructor(
    private readonly context: Context,
    private readonly pods: PodsByVip,
    private readonly warnings: PodWarnings,
  ) {
    this.withdrawals = new Withdrawals(context, pods);
  }

  /** Not to be called before all Pods are known. @returns in how many milliseconds to look again, if at all */
  async reconcile(vip: string): Promise<number | undefined> {
    const departures = this.pods.departures(vip);
    const entry = this.context.ledger.view.vip(vip);
    const judged = this.judge(vip, entry);
    const refused: PodWarning[] = [];
    const isOver = entry ? await this.compare(entry, judged, refused) : this.forget(vip);
    if (isOver) this.pods.forgetDepartures(vip, departures);
    const againInMs = await this.warnings.say(vip, [...unfitOf(judged), ...refused]);
    return isOver ? againInMs : BEHIND_RETRY_MS;
  }

  private judge(vip: string, entry: VipEntry | undefined): JudgedPod[] {
    const forParents = entry && vipForParents(entry);
    const hasObject = this.context.vips.get({ name: vip }) !== undefined;
    return this.pods.podsNaming(vip).map((pod) => {
      const fitness = forParents ? fitnessOf(pod, forParents) : vipMissing(vip, hasObject);
      return { pod, fitness };
    });
  }

  /** Makes the grants what they should be. Whether there is nothing more to be done. */
  private async compare(
    entry: VipEntry,
    judged: readonly JudgedPod[],
    refused: PodWarning[],
  ): Promise<boolean> {
    const desired = portsDesired(judged);
    const areWithdrawn = await this.withdrawals.make(entry, desired, judged);
    if (this.isSelectorUnreadable(entry.name)) return areWithdrawn;
    const { uses } = entry.subnet;
    const missing = [...desired].filter(([port]) => !uses.isGranted(entry.name, port, 'selector'));
    const commands = missing.map(([port, pod]) => grantTo(pod, port, entry));
    const answers = await executeAll(this.context, entry, commands);
    for (const [at, answer] of answers.entries()) {
      const { rejected } = answer;
      const [, pod] = missing[at] as (typeof missing)[number];
      if (rejected && isSettled(answer))
        refused.push({ pod, reason: rejected.code, message: rejected.message });
    }
    return areWithdrawn && answers.every(isSettled);
  }

  private forget(vip: string): true {
    this.withdrawals.forget(vip);
    return true;
  }

  /** Somebody is changing whom it selects, and has not said it in a way that can be read: nobody is let in. */
  private isSelectorUnreadable(vip: string): boolean {
    const { ledger, vips } = this.context;
    const object = vips.get({ name: vip });
    if (!object || !isOwnVip(ledger.view, vip, object)) return false;
    const selector = readTextList(object.spec ?? {}, 'selector');
    return selector.rejected !== undefined || parseLabelSelector(selector.value).malformed !== undefined;
  }
}

/** Where several Pods map to one port, the first in the order of their names has it. */
function portsDesired(judged: readonly JudgedPod[]): Map<string, KubernetesObject> {
  const desired = new Map<string, KubernetesObject>();
  for (const { pod, fitness } of judged) {
    if (fitness.is !== 'parent') continue;
    for (const port of fitness.ports) if (!desired.has(port)) desired.set(port, pod);
  }
  return desired;
}

function unfitOf(judged: readonly JudgedPod[]): PodWarning[] {
  return judged.flatMap(({ pod, fitness }) =>
    fitness.is === 'unfit' ? [{ pod, reason: fitness.reason, message: fitness.message }] : [],
  );
}
