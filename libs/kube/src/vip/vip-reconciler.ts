// One Vip: what its object asks for becomes so in the ledger, and what is so in the ledger becomes its status. Every
// reconcile starts from what is there, so that it does not matter which events were seen.
//
//   finalizer -> order -> view shows it -> status           the object goes: release -> finalizer off
//   refused: condition and Event; tried again when something may have unblocked it
import { invalid, reject, type Rejection, type Retention, subnet, type VipEntry } from '@holdfast/ipam';
import { actorGone, actorOf, type KubernetesObject, STALE_RETRY_MS, VIPS } from '@holdfast/kube-api';
import { type Context, moment, REAPPEARING_MS } from '../object/context';
import { type Execution, BEHIND_RETRY_MS } from '@holdfast/projection';
import { subnetKey, vipKey } from '../object/due-key';
import type { KubeCommand } from '../object/kube-command';
import { followLabels, labelsIn } from '../object/object-labels';
import { isOwnVip } from './own-vips';
import { readSubnet } from '../subnet/subnet-spec';
import { readVipRetention, retentionCommand } from './vip-retention';
import { readVipSpec, type VipSpec } from './vip-spec';
import { type VipStatusFindings, vipStatus } from './vip-status';

type Obeyed = Execution | { readonly is: 'waiting'; readonly rejected?: undefined };

export class VipReconciler {
  constructor(private readonly context: Context) {}

  /** @returns in how many milliseconds to look again, if at all */
  async reconcile(name: string): Promise<number | undefined> {
    const { writer, vips } = this.context;
    const echoMs = writer.echoInMs(vipKey(name));
    if (echoMs > 0) return echoMs;
    const object = vips.get({ name });
    if (!object) return this.onMissing(name);
    return object.metadata.deletionTimestamp ? this.finalize(object) : this.reconcileSpec(object);
  }

  /** What the ledger holds for the object of that name; nothing, if it is somebody else's. */
  private own(name: string): VipEntry | undefined {
    const { ledger, vips } = this.context;
    return isOwnVip(ledger.view, name, vips.get({ name })) ? ledger.view.vip(name) : undefined;
  }

  private async reconcileSpec(seen: KubernetesObject): Promise<number | undefined> {
    const { writer, rejections } = this.context;
    const { name } = seen.metadata;
    const read = readVipSpec(seen.spec);
    const retention = readVipRetention(seen);
    const unread = read.rejected ?? retention.rejected;
    const rejected = this.foreign(name) ?? unread ?? this.elsewhere(name, read.value?.subnet);
    if (rejected || read.rejected || retention.rejected) {
      rejections.forget(vipKey(name));
      return this.show(seen, { rejected });
    }
    const object = await writer.addFinalizer(VIPS, seen);
    if (!object) return STALE_RETRY_MS;
    const made = await this.obey(object, read.value);
    const kept = made.is === 'done' ? await this.retain(object, retention.value) : made;
    const obeyed = kept.is === 'done' ? await this.label(object) : kept;
    if (obeyed.is === 'behind') return BEHIND_RETRY_MS;
    if (obeyed.is === 'waiting') return rejections.retryInMs(vipKey(name));
    const findings = { rejected: obeyed.rejected ?? this.foreign(name), unread: read.value.unread };
    return (await this.show(object, findings)) ?? rejections.retryInMs(vipKey(name));
  }

  /** Makes it so in the ledger, unless there is no point in asking. */
  private async obey(object: KubernetesObject, desired: VipSpec): Promise<Obeyed> {
    const { rejections } = this.context;
    const { name } = object.metadata;
    const key = vipKey(name);
    const command = this.commandOf(object, desired);
    if (!command) {
      rejections.forget(key);
      return { is: 'done' };
    }
    const request = JSON.stringify(object.spec);
    const active = rejections.activeRejection(key, request);
    if (active) return active === COMING ? { is: 'waiting' } : { is: 'rejected', rejected: active };
    if (this.isSubnetComing(key, desired.subnet)) {
      rejections.add(key, request, desired.subnet, COMING);
      return { is: 'waiting' };
    }
    const answer = await this.context.execute(command, actorOf(VIPS, object));
    if (answer.rejected) rejections.add(key, request, desired.subnet, answer.rejected);
    else rejections.forget(key);
    return answer;
  }

  private async retain(object: KubernetesObject, desired: Retention | null | undefined): Promise<Execution> {
    const held = this.own(object.metadata.name);
    const command = held && retentionCommand(held, desired);
    return command ? this.context.execute(command, actorOf(VIPS, object)) : { is: 'done' };
  }

  private async label(object: KubernetesObject): Promise<Execution> {
    const held = this.own(object.metadata.name);
    if (!held) return { is: 'done' };
    const { holder } = held.reservation;
    return followLabels(this.context, VIPS, object, held.subnet.name, { holder });
  }

  /** What there is to be done; undefined when it is so already. */
  private commandOf(object: KubernetesObject, desired: VipSpec): KubeCommand | undefined {
    const { name, uid } = object.metadata;
    const { v4, v6, mac, purpose } = desired;
    const held = this.own(name);
    const owner = { kind: 'KubernetesObject', resource: 'vips.kubeovn.io', uid } as const;
    const { subnet: home } = desired;
    const what = { name, v4, v6, mac, ...purpose };
    if (!held) return { type: 'ReserveVip', subnet: home, owner, ...what, ...labelsIn(object) };
    const { note } = held.reservation.vip;
    const command = { type: 'ReviseVip' as const, ...what, note };
    const decision = subnet.decide({ ...command, subnet: home }, held.subnet, moment(this.context));
    return decision.rejected || decision.events.length > 0 ? command : undefined;
  }

  /** A name that another transport has reserved is theirs: an object must never release what it did not reserve. */
  private foreign(name: string): Rejection | undefined {
    const { view } = this.context.ledger;
    const held = view.vip(name);
    if (!held || this.own(name)) return undefined;
    const through = view.vipReservedThrough(name) ?? 'unknown';
    return reject(
      'VipExists',
      `Vip ${name} was reserved in subnet ${held.subnet.name} by another (through ${through}); choose another name, or have it released there.`,
      { vip: name, subnet: held.subnet.name, through },
    ).rejected;
  }

  private elsewhere(name: string, desired: string | undefined): Rejection | undefined {
    const held = this.own(name);
    if (!held || desired === undefined || held.subnet.name === desired) return undefined;
    const message = `a Vip cannot move from subnet ${held.subnet.name} to ${desired}; set it back, or delete the Vip and create it anew`;
    return invalid('spec.subnet', message).rejected;
  }

  /** Whether the subnet's own object is there and only has to be reconciled first; waited for once. */
  private isSubnetComing(key: string, name: string): boolean {
    const { ledger, subnets, rejections } = this.context;
    if (ledger.view.subnet(name) || rejections.has(key) || rejections.has(subnetKey(name))) return false;
    const object = subnets.get({ name });
    return object !== undefined && !object.metadata.deletionTimestamp && !readSubnet(object).rejected;
  }

  private async finalize(object: KubernetesObject): Promise<number | undefined> {
    const { writer, rejections } = this.context;
    const { name, uid } = object.metadata;
    if (this.own(name)) {
      const { rejected } = await this.release(name, `(uid ${uid}) was deleted`, actorOf(VIPS, object));
      if (rejected) {
        return (await this.show(object, { retained: rejected })) ?? rejections.retryInMs(vipKey(name));
      }
    }
    rejections.forget(vipKey(name));
    const left = await writer.removeFinalizer(VIPS, object);
    if (!left) return STALE_RETRY_MS;
    return left.metadata.finalizers?.length ? this.show(left, { isLeaving: true }) : undefined;
  }

  /** Nobody but us releases what a vanished object leaves behind; and only when the server says that it is gone. */
  private async onMissing(name: string): Promise<number | undefined> {
    const { writer, rejections, guards } = this.context;
    if (!this.own(name)) {
      rejections.forget(vipKey(name));
      guards.vips.forget(name);
      return undefined;
    }
    if (guards.vips.holds(name)) return undefined;
    if (await writer.exists(VIPS, name)) return REAPPEARING_MS;
    const evidence = guards.vips.evidenceOf(name);
    const { is } = await this.release(name, `(${evidence}) is gone`, actorGone(VIPS, name, evidence));
    if (is === 'rejected') return rejections.retryInMs(vipKey(name));
    return is === 'behind' ? BEHIND_RETRY_MS : undefined;
  }

  private async release(name: string, why: string, actor: string): Promise<Execution> {
    const { rejections } = this.context;
    const key = vipKey(name);
    const active = rejections.activeRejection(key, RELEASE);
    if (active) return { is: 'rejected', rejected: active };
    const reason = `${VIPS.plural}.${VIPS.group}/${name} ${why}`;
    const execution = await this.context.execute({ type: 'ReleaseVip', name, reason }, actor);
    // Then it was released already, and the view is about to show it.
    if (execution.rejected?.code === 'VipNotFound') return { is: 'behind' };
    if (execution.rejected)
      rejections.add(key, RELEASE, this.own(name)?.subnet.name ?? '', execution.rejected);
    else rejections.forget(key);
    return execution;
  }

  private async show(
    object: KubernetesObject,
    findings: Pick<VipStatusFindings, 'rejected' | 'retained' | 'isLeaving' | 'unread'>,
  ): Promise<number | undefined> {
    const { ledger, writer, projectionOf, boundOf } = this.context;
    const { name, generation } = object.metadata;
    const status = vipStatus({
      ...findings,
      held: this.own(name),
      position: ledger.view.vipPosition(name),
      generation,
      projection: projectionOf(name),
      ...(boundOf && { bound: { by: boundOf(name) } }),
    });
    const about = findings.retained ? 'Released' : findings.rejected ? 'Ready' : undefined;
    const condition = status.conditions.find(({ type }) => type === about);
    const written = await writer.publish(VIPS, object, status, condition && { condition });
    return written ? undefined : STALE_RETRY_MS;
  }
}

/** What is requested when an object is gone or going; no spec reads like it. */
const RELEASE = 'release';

/** Stands for the wait for a subnet whose object is about to define it: nothing is told of it. */
const COMING: Rejection = {
  code: 'SubnetNotFound',
  message: 'Its Subnet is not defined yet.',
  facts: { subnet: '' },
};
