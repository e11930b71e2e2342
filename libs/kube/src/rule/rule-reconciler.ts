// One SwitchLBRule: its object defines and revises a rule of the Vip that it names, its selector's Pods become the rule's
// backends, and its deletion retires the rule. A rule of the same name that another transport defined is theirs.
//
//   finalizer -> Vip? -> DefineRule | ReviseRule -> SetRuleBackends -> status       it goes: RetireRule -> finalizer off
//   no Vip, a Vip of another type, a front that is taken: condition and Event; asked again when something may have helped
import type { Rejection, VipEntry } from '@holdfast/ipam';
import {
  actorGone,
  actorOf,
  type KubernetesObject,
  STALE_RETRY_MS,
  SWITCH_LB_RULES,
} from '@holdfast/kube-api';
import { type Context, REAPPEARING_MS } from '../object/context';
import { type Execution, BEHIND_RETRY_MS } from '@holdfast/projection';
import { ruleKey } from '../object/due-key';
import type { RuleBackends } from './rule-backends';
import { namesOfHeldRules, rulesOfObject } from './held-rules';
import { RuleCommands } from './rule-commands';
import { readRule, type RuleSpec } from './rule-spec';
import { type RuleFindings, ruleStatus } from './rule-status';
import { targetOf } from './rule-target';

/** So long nothing is said of a Vip that is missing: what people apply together has arrived by then. */
export const RULE_MISSING_MS = 2_000;

export class RuleReconciler {
  private readonly commands: RuleCommands;
  /** Of the last event that concerned each rule, since we began to look. */
  private readonly positions = new Map<string, string>();
  /** Since when each rule has waited for a Vip. */
  private readonly missingSinceMs = new Map<string, number>();

  constructor(
    private readonly context: Context,
    private readonly backends: RuleBackends,
  ) {
    this.commands = new RuleCommands(context);
  }

  /** To be told of every event of a rule. */
  happened(rule: string, position: string): void {
    this.positions.set(rule, position);
  }

  /** For who stands by: others see to rules that are gone, so that nothing here asks for their positions. */
  forgetGone(): void {
    const held = new Set(namesOfHeldRules(this.context.ledger.view));
    for (const name of this.positions.keys())
      if (!held.has(name) && !this.context.rules.get({ name })) this.forget(name);
  }

  /** Not to be called before all rules are known. @returns in how many milliseconds to look again, if at all */
  async reconcile(name: string): Promise<number | undefined> {
    const { writer, rules } = this.context;
    const echoMs = writer.echoInMs(ruleKey(name));
    if (echoMs > 0) return echoMs;
    const object = rules.get({ name });
    if (!object) return this.onMissing(name);
    return object.metadata.deletionTimestamp ? this.finalize(object) : this.reconcileSpec(object);
  }

  private async reconcileSpec(seen: KubernetesObject): Promise<number | undefined> {
    const { writer, rejections, ledger } = this.context;
    const key = ruleKey(seen.metadata.name);
    const read = readRule(seen);
    if (read.rejected) return this.stay(seen, read.rejected);
    const target = targetOf(read.value.vip, read.value.subnet, ledger.view);
    const restMs = this.missingRestMs(seen.metadata.name, target.rejected);
    if (restMs > 0) return restMs;
    if (target.rejected) return this.stay(seen, target.rejected);
    const object = await writer.addFinalizer(SWITCH_LB_RULES, seen);
    if (!object) return STALE_RETRY_MS;
    const obeyed = await this.obey(object, read.value, target.vip);
    if (obeyed.is === 'behind') return BEHIND_RETRY_MS;
    const followed = await this.backends.follow(object);
    if (followed.is === 'behind') return BEHIND_RETRY_MS;
    const rejected = obeyed.rejected ?? followed.rejected;
    const againInMs = await this.show(object, { rejected, unread: read.value.unread });
    return againInMs ?? rejections.retryInMs(key);
  }

  /** It cannot be told what is asked for: what is there of it stays as it is, and goes on following its Pods. */
  private async stay(object: KubernetesObject, rejected: Rejection): Promise<number | undefined> {
    this.context.rejections.forget(ruleKey(object.metadata.name));
    const { is } = await this.backends.follow(object);
    return is === 'behind' ? BEHIND_RETRY_MS : this.show(object, { rejected });
  }

  private missingRestMs(name: string, rejected: Rejection | undefined): number {
    if (rejected?.code !== 'VipNotFound') {
      this.missingSinceMs.delete(name);
      return 0;
    }
    const nowMs = this.context.clock.monotonic();
    const sinceMs = this.missingSinceMs.get(name) ?? nowMs;
    this.missingSinceMs.set(name, sinceMs);
    return Math.max(0, sinceMs + RULE_MISSING_MS - nowMs);
  }

  /** Makes it so in the ledger, unless there is no point in asking. */
  private async obey(object: KubernetesObject, desired: RuleSpec, vip: VipEntry): Promise<Execution> {
    const { rejections } = this.context;
    const { name } = object.metadata;
    const key = ruleKey(name);
    const request = JSON.stringify([object.spec, desired.isChecked, vip.name, vip.subnet.name]);
    const active = rejections.activeRejection(key, request);
    if (active) return { is: 'rejected', rejected: active };
    const answer = await this.commands.make(object, desired, vip);
    if (answer.rejected) rejections.add(key, request, vip.subnet.name, answer.rejected);
    else rejections.forget(key);
    return answer;
  }

  private async finalize(object: KubernetesObject): Promise<number | undefined> {
    const { writer } = this.context;
    const { name, uid } = object.metadata;
    const actor = actorOf(SWITCH_LB_RULES, object);
    const { is, rejected } = await this.retire(name, `(uid ${uid}) was deleted`, actor);
    if (is === 'behind') return BEHIND_RETRY_MS;
    if (rejected) return (await this.show(object, { retained: rejected })) ?? BEHIND_RETRY_MS;
    const left = await writer.removeFinalizer(SWITCH_LB_RULES, object);
    if (!left) return STALE_RETRY_MS;
    return left.metadata.finalizers?.length ? this.show(left, { isLeaving: true }) : undefined;
  }

  /** Nobody but us retires what a vanished object leaves behind; and only when the server says that it is gone. */
  private async onMissing(name: string): Promise<number | undefined> {
    const { writer, ledger, guards } = this.context;
    if (rulesOfObject(ledger.view, name).length > 0) {
      if (guards.rules.holds(name)) return undefined;
      if (await writer.exists(SWITCH_LB_RULES, name)) return REAPPEARING_MS;
      const evidence = guards.rules.evidenceOf(name);
      const actor = actorGone(SWITCH_LB_RULES, name, evidence);
      const { is } = await this.retire(name, `(${evidence}) is gone`, actor);
      if (is !== 'done') return BEHIND_RETRY_MS;
    }
    this.forget(name);
    guards.rules.forget(name);
    return undefined;
  }

  private async retire(name: string, why: string, actor: string): Promise<Execution> {
    this.forget(name);
    const reason = `${SWITCH_LB_RULES.plural}.${SWITCH_LB_RULES.group}/${name} ${why}`;
    for (const { subnet } of rulesOfObject(this.context.ledger.view, name)) {
      const command = { type: 'RetireRule', subnet: subnet.name, rule: name, reason } as const;
      const request = await this.context.execute(command, actor);
      // Then it was retired already, and the view is about to show it.
      if (request.rejected?.code === 'RuleNotFound') return { is: 'behind' };
      if (request.is !== 'done') return request;
    }
    return { is: 'done' };
  }

  private forget(name: string): void {
    this.context.rejections.forget(ruleKey(name));
    this.backends.forget(name);
    this.positions.delete(name);
    this.missingSinceMs.delete(name);
  }

  private async show(
    object: KubernetesObject,
    findings: Pick<RuleFindings, 'rejected' | 'retained' | 'isLeaving' | 'unread'>,
  ): Promise<number | undefined> {
    const { ledger, writer } = this.context;
    const { name, generation } = object.metadata;
    const [held] = rulesOfObject(ledger.view, name);
    const vip = held && ledger.view.vip(held.rule.vip);
    const status = ruleStatus({
      ...findings,
      held: held && { rule: held.rule, vip },
      position: this.positionOf(object, held?.rule.vip),
      generation,
    });
    const about = findings.retained ? 'Retired' : findings.rejected ? 'Ready' : undefined;
    const condition = status.conditions.find(({ type }) => type === about);
    const written = await writer.publish(SWITCH_LB_RULES, object, status, condition && { condition });
    return written ? undefined : STALE_RETRY_MS;
  }

  /** After a restart the object itself still tells; where it does not, what is known of its Vip is near enough. */
  private positionOf({ metadata, status }: KubernetesObject, vip = ''): string | undefined {
    const observed = status?.['observedPosition'];
    const known = this.positions.get(metadata.name) ?? (typeof observed === 'string' ? observed : undefined);
    return known ?? this.context.ledger.view.vipPosition(vip);
  }
}
