// The backends of rules that have a selector: those of its Pods that serve, told to the ledger when they differ. What
// selects is the rule as the ledger has it, so that a spec that is refused leaves the rule working as it was.
import { type RuleDefinition, subnet } from '@holdfast/ipam';
import { actorOf, type KubernetesObject, SWITCH_LB_RULES } from '@holdfast/kube-api';
import { type Context, moment } from '../object/context';
import { type Execution } from '@holdfast/projection';
import type { SelectedPods } from './selected-pods';
import { rulesOfObject } from './held-rules';

const DONE: Execution = { is: 'done' };

export class RuleBackends {
  constructor(
    private readonly context: Context,
    private readonly selected: SelectedPods,
    /** Who is missing on half a list of Pods may serve all the same. */
    private readonly arePodsKnown: () => boolean,
  ) {}

  /** @throws Error with `code` and `retryable` */
  async follow(object: KubernetesObject): Promise<Execution> {
    const { name } = object.metadata;
    const [held] = rulesOfObject(this.context.ledger.view, name);
    if (!held || !isSelecting(held.rule)) {
      this.selected.drop(name);
      return DONE;
    }
    const { selector, namespace = '' } = held.rule;
    this.selected.select(name, namespace, selector);
    if (!this.arePodsKnown()) return DONE;
    const backends = this.selected.addressesOf(name);
    const command = { type: 'SetRuleBackends', subnet: held.subnet.name, rule: name, backends } as const;
    const decision = subnet.decide(command, held.subnet, moment(this.context));
    const { rejected } = decision;
    if (rejected) return rejected.code === 'CommandExpired' ? { is: 'behind' } : { is: 'rejected', rejected };
    return decision.events.length === 0
      ? DONE
      : this.context.execute(command, actorOf(SWITCH_LB_RULES, object));
  }

  forget(name: string): void {
    this.selected.drop(name);
  }
}

function isSelecting({ selector }: RuleDefinition): boolean {
  return selector.length > 0;
}
