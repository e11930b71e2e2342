// One Subnet: its object defines and revises it in the ledger, and its end retires it once nobody holds an address. A Subnet
// that another transport defined and no object names is that transport's; one that both have is the object's to say.
import { reject, type Rejection, subnet, type SubnetDefinition, type SubnetState } from '@holdfast/ipam';
import {
  actorGone,
  actorOf,
  FINALIZER,
  type KubernetesObject,
  STALE_RETRY_MS,
  SUBNETS,
} from '@holdfast/kube-api';
import { type Context, moment, REAPPEARING_MS } from '../object/context';
import { type Execution, BEHIND_RETRY_MS } from '@holdfast/projection';
import { isOnlyCounts } from '../object/conditions';
import { poolKey, subnetKey } from '../object/due-key';
import type { KubeCommand } from '../object/kube-command';
import { followLabels, labelsIn } from '../object/object-labels';
import type { Warning } from '../object/object-writer';
import { readSubnet } from './subnet-spec';
import { statusCounts } from '../object/status-counts';
import { type SubnetStatusFindings, subnetStatus } from './subnet-status';

/** A Subnet's counts follow the ledger at most this often. */
export const COUNTS_EVERY_MS = 1_000;
/** Holders that a condition names. */
const NAMED_MAX = 3;

export class SubnetReconciler {
  constructor(private readonly context: Context) {}

  /** @returns in how many milliseconds to look again, if at all */
  async reconcile(name: string): Promise<number | undefined> {
    const { writer, subnets, poolsOf, mark } = this.context;
    // Their counts follow the same events, and no more often.
    for (const pool of poolsOf(name)) mark(poolKey(pool));
    const echoMs = writer.echoInMs(subnetKey(name));
    if (echoMs > 0) return echoMs;
    const object = subnets.get({ name });
    if (!object) return this.onMissing(name);
    return object.metadata.deletionTimestamp ? this.finalize(object) : this.reconcileSpec(object);
  }

  private async reconcileSpec(seen: KubernetesObject): Promise<number | undefined> {
    const { writer, rejections } = this.context;
    const { name } = seen.metadata;
    const read = readSubnet(seen);
    if (read.rejected) {
      this.forget(name);
      return this.show(seen, { rejected: read.rejected });
    }
    const object = await writer.addFinalizer(SUBNETS, seen);
    if (!object) return STALE_RETRY_MS;
    const made = await this.obey(object, read.value.definition);
    const { is, rejected } =
      made.is === 'done' ? await followLabels(this.context, SUBNETS, object, name, {}) : made;
    if (is === 'behind') return BEHIND_RETRY_MS;
    const againInMs = await this.show(object, { rejected, cut: read.value.cut });
    return againInMs ?? rejections.retryInMs(subnetKey(name));
  }

  private async obey(object: KubernetesObject, definition: SubnetDefinition): Promise<Execution> {
    const { rejections } = this.context;
    const { name } = object.metadata;
    const key = subnetKey(name);
    const command = this.commandOf(object, definition);
    if (!command) {
      rejections.forget(key);
      return { is: 'done' };
    }
    const request = JSON.stringify([object.spec, definition.coolingMs, definition.retention]);
    const active = rejections.activeRejection(key, request);
    if (active) return { is: 'rejected', rejected: active };
    const answer = await this.context.execute(command, actorOf(SUBNETS, object));
    if (answer.rejected) {
      this.forget(name);
      rejections.add(key, request, name, answer.rejected);
    } else rejections.forget(key);
    return answer;
  }

  private commandOf(object: KubernetesObject, definition: SubnetDefinition): KubeCommand | undefined {
    const { name } = object.metadata;
    const state = this.context.ledger.view.subnet(name);
    if (!state) return { type: 'DefineSubnet', subnet: name, ...definition, ...labelsIn(object) };
    // The object says the whole: what it leaves out is to be no more, whoever said it. Pools have objects of their own.
    const whole = { router: '', retention: null, ...definition };
    const command = { type: 'ReviseSubnet' as const, subnet: name, ...whole };
    const decision = subnet.decide(command, state, moment(this.context));
    return decision.rejected || decision.events.length > 0 ? command : undefined;
  }

  /** Only what had our finalizer is retired: the object vouched for it until now. */
  private async finalize(object: KubernetesObject): Promise<number | undefined> {
    const { ledger, writer, rejections } = this.context;
    const { name } = object.metadata;
    if (!object.metadata.finalizers?.includes(FINALIZER)) return this.leave(object);
    const state = ledger.view.subnet(name);
    const used = state && inUse(state);
    if (used) {
      // Nothing is asked, so nothing is asked again: each release makes the key due again.
      rejections.forget(subnetKey(name));
      return this.show(object, { retained: used });
    }
    const retained = state && (await this.retire(name, actorOf(SUBNETS, object)));
    if (retained) return (await this.show(object, { retained })) ?? rejections.retryInMs(subnetKey(name));
    const left = await writer.removeFinalizer(SUBNETS, object);
    return left ? this.leave(left) : STALE_RETRY_MS;
  }

  private leave(object: KubernetesObject): Promise<number | undefined> | undefined {
    this.forget(object.metadata.name);
    return object.metadata.finalizers?.length ? this.show(object, { isLeaving: true }) : undefined;
  }

  /** Nobody but us retires what a vanished object leaves behind; and only when the server says that it is gone. */
  private async onMissing(name: string): Promise<number | undefined> {
    const { ledger, writer, rejections, guards } = this.context;
    const state = ledger.view.subnet(name);
    if (state && ledger.view.ownerOfSubnet(name)?.kind === 'KubernetesObject') {
      // Each release makes the key due again.
      if (guards.subnets.holds(name) || inUse(state)) return undefined;
      if (await writer.exists(SUBNETS, name)) return REAPPEARING_MS;
      const actor = actorGone(SUBNETS, name, guards.subnets.evidenceOf(name));
      const retained = await this.retire(name, actor);
      if (retained) return rejections.retryInMs(subnetKey(name));
    }
    guards.subnets.forget(name);
    return this.forget(name);
  }

  private async retire(name: string, actor: string): Promise<Rejection | undefined> {
    const { rejections } = this.context;
    const key = subnetKey(name);
    const active = rejections.activeRejection(key, RETIRE);
    if (active) return active;
    const { rejected } = await this.context.execute({ type: 'RetireSubnet', subnet: name }, actor);
    if (!rejected || rejected.code === 'SubnetNotFound') return undefined;
    rejections.add(key, RETIRE, name, rejected);
    return rejected;
  }

  /** Vips that wait for it need not wait any longer: they are told what is so. */
  private forget(name: string): undefined {
    const { rejections, mark } = this.context;
    rejections.forget(subnetKey(name));
    for (const key of rejections.allowAll(name)) mark(key);
  }

  private async show(
    object: KubernetesObject,
    findings: Pick<SubnetStatusFindings, 'rejected' | 'retained' | 'isLeaving' | 'cut'>,
  ): Promise<number | undefined> {
    const { view } = this.context.ledger;
    const { name, generation } = object.metadata;
    const counts = view.counts(name);
    const status = subnetStatus({
      ...findings,
      state: view.subnet(name),
      v4: statusCounts(counts?.ofSubnet(4)),
      v6: statusCounts(counts?.ofSubnet(6)),
      position: view.subnetPosition(name),
      generation,
    });
    const restMs = isOnlyCounts(object, status.conditions)
      ? this.context.writer.statusRestMs(subnetKey(name), COUNTS_EVERY_MS)
      : 0;
    if (restMs > 0) return restMs;
    const about = findings.retained ? 'Retired' : findings.rejected ? 'Ready' : undefined;
    const condition = status.conditions.find(({ type }) => type === about);
    // Who is in the way changes with every release: the condition follows, the Event does not.
    const message = findings.retained
      ? `Subnet ${name} stays until nobody holds an address in it.`
      : undefined;
    const warning: Warning | undefined = condition && { condition, ...(message && { message }) };
    const written = await this.context.writer.publish(SUBNETS, object, status, warning);
    return written ? undefined : STALE_RETRY_MS;
  }
}

/** What is asked when the object is going; no spec reads like it. */
const RETIRE = 'retire';

function inUse({ name, byHolder }: SubnetState): Rejection | undefined {
  if (byHolder.size === 0) return undefined;
  const holders = [...first(NAMED_MAX, byHolder.keys())].join(', ');
  const more = byHolder.size > NAMED_MAX ? ` and ${byHolder.size - NAMED_MAX} more` : '';
  return reject(
    'SubnetInUse',
    `Subnet ${name} is to go, but addresses in it are held by ${holders}${more}; it goes when they are released.`,
    { subnet: name, reservations: String(byHolder.size) },
  ).rejected;
}

function* first<Item>(count: number, items: Iterable<Item>): Iterable<Item> {
  let left = count;
  for (const item of items) {
    if (left === 0) return;
    left -= 1;
    yield item;
  }
}
