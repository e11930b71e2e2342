// The commands that make one SwitchLBRule's rule what its object asks for. A rule keeps its Vip; so another Vip means to
// retire it there and define it here, and that only after it is clear that it can be had here.
import {
  reject,
  type Rejection,
  type RuleDefinition,
  subnet,
  type SubnetState,
  type VipEntry,
} from '@holdfast/ipam';
import { actorOf, type KubernetesObject, SWITCH_LB_RULES } from '@holdfast/kube-api';
import { type Context, moment } from '../object/context';
import { type Execution } from '@holdfast/projection';
import type { KubeCommand } from '../object/kube-command';
import { type HeldRule, noteOf, rulesOfObject } from './held-rules';
import type { RuleSpec } from './rule-spec';

/** No object's rule is called that: with it the view is asked what would be, whatever a rule of the name has now. */
const TRIAL = 'trial.holdfast.io';

export class RuleCommands {
  constructor(private readonly context: Context) {}

  /** @throws Error with `code` and `retryable` */
  async make(object: KubernetesObject, desired: RuleSpec, vip: VipEntry): Promise<Execution> {
    const { name } = object.metadata;
    const actor = actorOf(SWITCH_LB_RULES, object);
    const definition = definitionOf(name, desired, vip);
    const held = rulesOfObject(this.context.ledger.view, name);
    const elsewhere = held.filter(({ rule, subnet: home }) => home !== vip.subnet || rule.vip !== vip.name);
    if (elsewhere.length > 0) {
      const isNowhereElse = elsewhere.length === held.length;
      const rejected =
        this.foreign(name, vip.subnet) ??
        (isNowhereElse ? this.refusalOf(definition, vip.subnet) : undefined);
      if (rejected) return { is: 'rejected', rejected };
      const left = await this.leave(name, vip, elsewhere, actor);
      if (left.is !== 'done') return left;
    }
    const command = this.commandOf(name, definition, vip.subnet);
    if (!command) return { is: 'done' };
    const rejected = this.foreign(name, vip.subnet);
    return rejected ? { is: 'rejected', rejected } : this.context.execute(command, actor);
  }

  /** What there is to be done; undefined when it is so already. */
  private commandOf(rule: string, definition: RuleDefinition, home: SubnetState): KubeCommand | undefined {
    const what = { subnet: home.name, rule, ...definition };
    if (!home.uses.rule(rule)) return { type: 'DefineRule', ...what };
    const command = { type: 'ReviseRule', ...what } as const;
    const decision = subnet.decide(command, home, moment(this.context));
    return decision.rejected || decision.events.length > 0 ? command : undefined;
  }

  private async leave(
    rule: string,
    vip: VipEntry,
    elsewhere: readonly HeldRule[],
    actor: string,
  ): Promise<Execution> {
    const reason = `${SWITCH_LB_RULES.plural}.${SWITCH_LB_RULES.group}/${rule} names Vip ${vip.name} now`;
    for (const { subnet: home } of elsewhere) {
      const execution = await this.context.execute(
        { type: 'RetireRule', subnet: home.name, rule, reason },
        actor,
      );
      if (execution.rejected?.code === 'RuleNotFound') return { is: 'behind' };
      if (execution.is !== 'done') return execution;
    }
    return { is: 'done' };
  }

  private refusalOf(definition: RuleDefinition, home: SubnetState): Rejection | undefined {
    const { name: homeName } = home;
    const command = { type: 'DefineRule', subnet: homeName, rule: TRIAL, ...definition } as const;
    return subnet.decide(command, home, moment(this.context)).rejected;
  }

  private foreign(rule: string, home: SubnetState): Rejection | undefined {
    const there = home.uses.rule(rule);
    if (!there || there.note === noteOf(rule)) return undefined;
    return reject(
      'RuleExists',
      `Rule ${rule} of subnet ${home.name} was defined by another; choose another name, or have it retired there.`,
      { subnet: home.name, rule },
    ).rejected;
  }
}

function definitionOf(name: string, { rule, isChecked }: RuleSpec, vip: VipEntry): RuleDefinition {
  // OVN checks backends of IPv4 fronts only (ovn-nb(5), Load_Balancer_Health_Check).
  const healthCheck = isChecked && vip.reservation.v4 !== undefined;
  return { vip: vip.name, ...rule, healthCheck, rejectWhenEmpty: true, note: noteOf(name) };
}
