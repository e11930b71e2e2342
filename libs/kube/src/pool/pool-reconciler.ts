// One IPPool: its object defines and changes a pool of the Subnet that it names, and its end retires it; who holds an address
// of it keeps that. As with a Subnet, a pool that another transport defined and no object names is that transport's.
//
//   finalizer and home -> DefinePool -> status      another Subnet: RetirePool there -> home -> DefinePool here
//   refused: condition and Event; looked at again when the Subnet's definition changes
import { type DefinePool, reject, type Rejection, subnet, type SubnetState } from '@holdfast/ipam';
import {
  actorGone,
  actorOf,
  FINALIZER,
  IP_POOLS,
  type KubernetesObject,
  STALE_RETRY_MS,
} from '@holdfast/kube-api';
import { isOnlyCounts } from '../object/conditions';
import { type Context, moment, REAPPEARING_MS } from '../object/context';
import { type Execution, BEHIND_RETRY_MS } from '@holdfast/projection';
import { poolKey } from '../object/due-key';
import { followLabels, hasOtherLabels, labelsIn } from '../object/object-labels';
import { COUNTS_EVERY_MS } from '../subnet/subnet-reconciler';
import { statusCounts } from '../object/status-counts';
import { subnetsWithPool } from './held-pools';
import { homeOf, POOL_SUBNET_ANNOTATION } from './pool-home';
import { type PoolSpec, rangesWithin, readPool } from './pool-spec';
import { type PoolFindings, poolStatus } from './pool-status';

/** So long nothing is said of a Subnet that is missing: what people apply together has arrived by then. */
export const POOL_MISSING_MS = 2_000;

type Found = Pick<PoolFindings, 'rejected' | 'retained' | 'isLeaving' | 'unread'>;

export class PoolReconciler {
  /** Since when each pool has waited for its Subnet. */
  private readonly missingSinceMs = new Map<string, number>();
  /** Of each pool what it was found to be, as its object asks. */
  private readonly settled = new Map<string, Settled>();

  constructor(private readonly context: Context) {}

  /** @returns in how many milliseconds to look again, if at all */
  async reconcile(name: string): Promise<number | undefined> {
    const { writer, pools } = this.context;
    const echoMs = writer.echoInMs(poolKey(name));
    if (echoMs > 0) return echoMs;
    const object = pools.get({ name });
    if (!object) return this.onMissing(name);
    return object.metadata.deletionTimestamp ? this.finalize(object) : this.reconcileSpec(object);
  }

  private async reconcileSpec(seen: KubernetesObject): Promise<number | undefined> {
    const { ledger, rejections } = this.context;
    const { name } = seen.metadata;
    const read = readPool(seen);
    if (read.rejected) return this.show(seen, read);
    const state = ledger.view.subnet(read.value.subnet);
    const restMs = this.missingRestMs(name, state);
    if (restMs > 0) return restMs;
    if (!state) return this.show(seen, noSubnet(read.value.subnet));
    const settled = this.settledAs(seen, state);
    if (settled) return this.show(seen, settled);
    const commanded = commandOf(seen, read.value, state);
    if (commanded.rejected) return this.show(seen, commanded);
    const refusal = this.refusalOf(commanded.command, state);
    if (refusal) return this.show(seen, { rejected: refusal });
    const moved = await this.leave(seen, state.name);
    if (moved.is === 'behind') return BEHIND_RETRY_MS;
    if (moved.rejected) return (await this.show(seen, moved)) ?? rejections.retryInMs(poolKey(name));
    return this.define(seen, commanded.command, state, commanded.unread);
  }

  private async define(
    seen: KubernetesObject,
    command: DefinePool,
    state: SubnetState,
    unread: string,
  ): Promise<number | undefined> {
    const { writer, rejections } = this.context;
    const object = await writer.claim(IP_POOLS, seen, { [POOL_SUBNET_ANNOTATION]: command.subnet });
    if (!object) return STALE_RETRY_MS;
    const key = poolKey(command.name);
    const request = requestOf(object, state);
    const active = rejections.activeRejection(key, request);
    if (active) return (await this.show(object, { rejected: active })) ?? rejections.retryInMs(key);
    const made = this.isSo(command, state)
      ? DONE
      : await this.context.execute(command, actorOf(IP_POOLS, object));
    const answer = made.is === 'done' ? await this.label(object, command, made) : made;
    if (answer.is === 'behind') return BEHIND_RETRY_MS;
    if (answer.rejected) rejections.add(key, request, command.subnet, answer.rejected);
    else rejections.forget(key);
    if (answer === DONE) this.settled.set(command.name, { definition: state.definition, request, unread });
    return (await this.show(object, { rejected: answer.rejected, unread })) ?? rejections.retryInMs(key);
  }

  /** @returns how it was made, where there is nothing to be done about labels */
  private async label(object: KubernetesObject, { subnet: home, name }: DefinePool, made: Execution) {
    const of = [object, home, { pool: name }] as const;
    return hasOtherLabels(this.context, ...of) ? followLabels(this.context, IP_POOLS, ...of) : made;
  }

  /** Counts change all the time, and deciding about a pool looks at all pools: what was so is so, while nothing of it changed. */
  private settledAs(object: KubernetesObject, state: SubnetState): Found | undefined {
    const settled = this.settled.get(object.metadata.name);
    const isOurs = object.metadata.finalizers?.includes(FINALIZER) && homeOf(object) === state.name;
    if (!settled || !isOurs || settled.definition !== state.definition) return undefined;
    const of = { pool: object.metadata.name };
    if (hasOtherLabels(this.context, object, state.name, of)) return undefined;
    return settled.request === requestOf(object, state) ? { unread: settled.unread } : undefined;
  }

  /** Retires it where it was, once it is clear that it can be had where it is to be. */
  private async leave(object: KubernetesObject, desired: string): Promise<Execution> {
    const homes = this.homesOf(object).filter((home) => home !== desired);
    return this.retire(object.metadata.name, homes, actorOf(IP_POOLS, object));
  }

  /** Where its object says that it is, and wherever else the ledger has a pool that is of this object. */
  private homesOf(object: KubernetesObject): string[] {
    const held = subnetsWithPool(this.context.ledger.view, object.metadata.name).map(({ name }) => name);
    return [...new Set([homeOf(object) ?? '', ...held])].filter((home) => home !== '');
  }

  private async finalize(object: KubernetesObject): Promise<number | undefined> {
    const { writer, rejections } = this.context;
    const { name, finalizers } = object.metadata;
    if (finalizers?.includes(FINALIZER)) {
      const { is, rejected } = await this.retire(name, this.homesOf(object), actorOf(IP_POOLS, object));
      if (is === 'behind') return BEHIND_RETRY_MS;
      if (rejected)
        return (await this.show(object, { retained: rejected })) ?? rejections.retryInMs(poolKey(name));
    }
    const left = await writer.removeFinalizer(IP_POOLS, object);
    if (!left) return STALE_RETRY_MS;
    this.forget(name);
    return left.metadata.finalizers?.length ? this.show(left, { isLeaving: true }) : undefined;
  }

  /** Nobody but us retires what a vanished object leaves behind; and only when the server says that it is gone. */
  private async onMissing(name: string): Promise<number | undefined> {
    const { ledger, writer, rejections, guards } = this.context;
    const homes = subnetsWithPool(ledger.view, name).map((state) => state.name);
    if (homes.length > 0) {
      if (guards.pools.holds(name)) return undefined;
      if (await writer.exists(IP_POOLS, name)) return REAPPEARING_MS;
      const actor = actorGone(IP_POOLS, name, guards.pools.evidenceOf(name));
      const { is } = await this.retire(name, homes, actor);
      if (is !== 'done') return rejections.retryInMs(poolKey(name)) ?? BEHIND_RETRY_MS;
    }
    guards.pools.forget(name);
    return this.forget(name);
  }

  private async retire(name: string, homes: readonly string[], actor: string): Promise<Execution> {
    for (const home of homes) {
      const request = await this.retireIn(home, name, actor);
      if (request.is !== 'done') return request;
    }
    return DONE;
  }

  private async retireIn(home: string, name: string, actor: string): Promise<Execution> {
    const { ledger, rejections } = this.context;
    if (!hasPool(ledger.view.subnet(home), name)) return DONE;
    const request = `retire ${home}`;
    const active = rejections.activeRejection(poolKey(name), request);
    if (active) return { is: 'rejected', rejected: active };
    const command = { type: 'RetirePool', subnet: home, name } as const;
    const answer = await this.context.execute(command, actor);
    if (answer.rejected?.code === 'SubnetNotFound') return { is: 'behind' };
    if (answer.rejected) rejections.add(poolKey(name), request, home, answer.rejected);
    return answer;
  }

  /** As the view has it: asking would lead to the same. */
  private refusalOf(command: DefinePool, state: SubnetState): Rejection | undefined {
    return subnet.decide(command, state, moment(this.context)).rejected;
  }

  private isSo(command: DefinePool, state: SubnetState): boolean {
    const decision = subnet.decide(command, state, moment(this.context));
    return !decision.rejected && decision.events.length === 0;
  }

  private missingRestMs(name: string, state: SubnetState | undefined): number {
    if (state) {
      this.missingSinceMs.delete(name);
      return 0;
    }
    const nowMs = this.context.clock.monotonic();
    const sinceMs = this.missingSinceMs.get(name) ?? nowMs;
    this.missingSinceMs.set(name, sinceMs);
    return Math.max(0, sinceMs + POOL_MISSING_MS - nowMs);
  }

  private forget(name: string): undefined {
    this.context.rejections.forget(poolKey(name));
    this.missingSinceMs.delete(name);
    this.settled.delete(name);
  }

  private async show(object: KubernetesObject, found: Found): Promise<number | undefined> {
    const { ledger, writer } = this.context;
    const { name, generation } = object.metadata;
    const at = homeOf(object) ?? '';
    const home = hasPool(ledger.view.subnet(at), name) ? at : undefined;
    const counts = ledger.view.counts(at);
    const findings = {
      ...found,
      home,
      v4: statusCounts(counts?.ofPool(name, 4)),
      v6: statusCounts(counts?.ofPool(name, 6)),
      position: home && ledger.view.subnetPosition(home),
      generation,
    };
    const status = poolStatus(findings, object.status);
    const restMs = isOnlyCounts(object, status.conditions)
      ? writer.statusRestMs(poolKey(name), COUNTS_EVERY_MS)
      : 0;
    if (restMs > 0) return restMs;
    const about = found.retained ? 'Retired' : found.rejected ? 'Ready' : undefined;
    const condition = status.conditions.find(({ type }) => type === about);
    const written = await writer.publish(IP_POOLS, object, status, condition && { condition });
    return written ? undefined : STALE_RETRY_MS;
  }
}

interface Settled {
  readonly definition: SubnetState['definition'];
  readonly request: string;
  readonly unread: string;
}

const DONE: Execution = { is: 'done' };

/** What the object asks for, of a Subnet as it is defined now. */
const requestOf = ({ spec }: KubernetesObject, { definitionAtMs }: SubnetState): string =>
  JSON.stringify([spec, definitionAtMs]);

function commandOf(
  object: KubernetesObject,
  { subnet: home, ips, namespaces, unread }: PoolSpec,
  state: SubnetState,
):
  | { readonly command: DefinePool; readonly unread: string; readonly rejected?: undefined }
  | { readonly rejected: Rejection } {
  const within = rangesWithin(ips, state.definition?.cidrs ?? []);
  if (within.rejected) return within;
  const { ranges, cut } = within.value;
  const { name } = object.metadata;
  const what = { subnet: home, name, ranges, namespaces };
  // Of one that is there they follow by a command of their own: an object without any has none, too.
  const labels = hasPool(state, name) ? {} : labelsIn(object);
  const command = { type: 'DefinePool', ...what, ...labels } as const;
  return { command, unread: [cut, unread].filter((text) => text !== '').join(' ') };
}

function noSubnet(name: string): { readonly rejected: Rejection } {
  const message = `There is no subnet ${name}; create it, or name another one in spec.subnet.`;
  return reject('SubnetNotFound', message, { subnet: name });
}

function hasPool(state: SubnetState | undefined, pool: string): boolean {
  return state?.definition?.pools?.some(({ name }) => name === pool) ?? false;
}
