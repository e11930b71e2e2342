// One Vip: what its object asks for becomes so in the ledger, and what is so in the ledger becomes its status. Every
// turn starts from what is there, so that it does not matter which events were seen.
//
//   finalizer -> order -> view shows it -> status           the object goes: release -> finalizer off
//   refused: condition and Event; asked again when something may have helped (./refusals)
import { invalid, reject, type Rejection, type Retention, subnet, type VipEntry } from '@holdfast/ipam';
import type { KubernetesObject } from '../kubernetes-object';
import { VIPS } from '../resource';
import {
  type Asked,
  ask,
  BEHIND_RETRY_MS,
  type Context,
  moment,
  REAPPEARING_MS,
  STALE_RETRY_MS,
} from './context';
import { subnetKey, vipKey } from './due-key';
import { actorGone, actorOf, type LedgerOrder } from './ledger';
import { isOwnVip } from './own-vips';
import { readSubnet } from './subnet-spec';
import { readVipRetention, retentionOrder } from './vip-retention';
import { readVipSpec, type VipWanted } from './vip-spec';
import { type VipFindings, vipStatus } from './wanted-status';

type Obeyed = Asked | { readonly is: 'waiting'; readonly rejected?: undefined };

export class VipReconciler {
  constructor(private readonly context: Context) {}

  /** @returns in how many milliseconds to look again, if at all */
  async reconcile(name: string): Promise<number | undefined> {
    const { writer, vips } = this.context;
    const echoMs = writer.echoInMs(vipKey(name));
    if (echoMs > 0) return echoMs;
    const object = vips.get({ name });
    if (!object) return this.afterObject(name);
    return object.metadata.deletionTimestamp ? this.letGo(object) : this.keep(object);
  }

  /** What the ledger holds for the object of that name; nothing, if it is somebody else's. */
  private own(name: string): VipEntry | undefined {
    const { ledger, vips } = this.context;
    return isOwnVip(ledger.view, name, vips.get({ name })) ? ledger.view.vip(name) : undefined;
  }

  private async keep(seen: KubernetesObject): Promise<number | undefined> {
    const { writer, refusals } = this.context;
    const { name } = seen.metadata;
    const read = readVipSpec(seen.spec);
    const retention = readVipRetention(seen);
    const unread = read.rejected ?? retention.rejected;
    const rejected = this.foreign(name) ?? unread ?? this.elsewhere(name, read.value?.subnet);
    if (rejected || read.rejected || retention.rejected) {
      refusals.forget(vipKey(name));
      return this.show(seen, { rejected });
    }
    const object = await writer.addFinalizer(VIPS, seen);
    if (!object) return STALE_RETRY_MS;
    const made = await this.obey(object, read.value);
    const obeyed = made.is === 'done' ? await this.retain(object, retention.value) : made;
    if (obeyed.is === 'behind') return BEHIND_RETRY_MS;
    if (obeyed.is === 'waiting') return refusals.retryInMs(vipKey(name));
    const findings = { rejected: obeyed.rejected ?? this.foreign(name), unread: read.value.unread };
    return (await this.show(object, findings)) ?? refusals.retryInMs(vipKey(name));
  }

  /** Makes it so in the ledger, unless there is no point in asking. */
  private async obey(object: KubernetesObject, wanted: VipWanted): Promise<Obeyed> {
    const { refusals } = this.context;
    const { name } = object.metadata;
    const key = vipKey(name);
    const order = this.orderOf(object, wanted);
    if (!order) {
      refusals.forget(key);
      return { is: 'done' };
    }
    const asked = JSON.stringify(object.spec);
    const standing = refusals.standing(key, asked);
    if (standing) return standing === COMING ? { is: 'waiting' } : { is: 'rejected', rejected: standing };
    if (this.isSubnetComing(key, wanted.subnet)) {
      refusals.add(key, asked, wanted.subnet, COMING);
      return { is: 'waiting' };
    }
    const answer = await ask(this.context, order, actorOf(VIPS, object));
    if (answer.rejected) refusals.add(key, asked, wanted.subnet, answer.rejected);
    else refusals.forget(key);
    return answer;
  }

  private async retain(object: KubernetesObject, wanted: Retention | null | undefined): Promise<Asked> {
    const held = this.own(object.metadata.name);
    const order = held && retentionOrder(held, wanted);
    return order ? ask(this.context, order, actorOf(VIPS, object)) : { is: 'done' };
  }

  /** What there is to be done; undefined when it is so already. */
  private orderOf({ metadata }: KubernetesObject, wanted: VipWanted): LedgerOrder | undefined {
    const { name, uid } = metadata;
    const { v4, v6, mac, purpose } = wanted;
    const held = this.own(name);
    const owner = { kind: 'KubernetesObject', resource: 'vips.kubeovn.io', uid } as const;
    if (!held) return { type: 'ReserveVip', subnet: wanted.subnet, name, owner, v4, v6, mac, ...purpose };
    const { note } = held.reservation.vip;
    const order = { type: 'ReviseVip' as const, name, v4, v6, mac, ...purpose, note };
    const decision = subnet.decide({ ...order, subnet: wanted.subnet }, held.subnet, moment(this.context));
    return decision.rejected || decision.events.length > 0 ? order : undefined;
  }

  /** A name that another door has reserved is theirs: an object must never release what it did not reserve. */
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

  private elsewhere(name: string, wanted: string | undefined): Rejection | undefined {
    const held = this.own(name);
    if (!held || wanted === undefined || held.subnet.name === wanted) return undefined;
    const message = `a Vip cannot move from subnet ${held.subnet.name} to ${wanted}; set it back, or delete the Vip and create it anew`;
    return invalid('spec.subnet', message).rejected;
  }

  /** Whether the subnet's own object is there and only has to have its turn first; waited for once. */
  private isSubnetComing(key: string, name: string): boolean {
    const { ledger, subnets, refusals } = this.context;
    if (ledger.view.subnet(name) || refusals.has(key) || refusals.has(subnetKey(name))) return false;
    const object = subnets.get({ name });
    return object !== undefined && !object.metadata.deletionTimestamp && !readSubnet(object).rejected;
  }

  private async letGo(object: KubernetesObject): Promise<number | undefined> {
    const { writer, refusals } = this.context;
    const { name, uid } = object.metadata;
    if (this.own(name)) {
      const { rejected } = await this.release(name, `(uid ${uid}) was deleted`, actorOf(VIPS, object));
      if (rejected) {
        return (await this.show(object, { retained: rejected })) ?? refusals.retryInMs(vipKey(name));
      }
    }
    refusals.forget(vipKey(name));
    const left = await writer.removeFinalizer(VIPS, object);
    if (!left) return STALE_RETRY_MS;
    return left.metadata.finalizers?.length ? this.show(left, { isLeaving: true }) : undefined;
  }

  /** Nobody but us releases what a vanished object leaves behind; and only when the server says that it is gone. */
  private async afterObject(name: string): Promise<number | undefined> {
    const { writer, refusals, brakes } = this.context;
    if (!this.own(name)) {
      refusals.forget(vipKey(name));
      brakes.vips.forget(name);
      return undefined;
    }
    if (brakes.vips.holds(name)) return undefined;
    if (await writer.exists(VIPS, name)) return REAPPEARING_MS;
    const evidence = brakes.vips.evidenceOf(name);
    const { is } = await this.release(name, `(${evidence}) is gone`, actorGone(VIPS, name, evidence));
    if (is === 'rejected') return refusals.retryInMs(vipKey(name));
    return is === 'behind' ? BEHIND_RETRY_MS : undefined;
  }

  private async release(name: string, why: string, actor: string): Promise<Asked> {
    const { refusals } = this.context;
    const key = vipKey(name);
    const standing = refusals.standing(key, RELEASE);
    if (standing) return { is: 'rejected', rejected: standing };
    const reason = `${VIPS.plural}.${VIPS.group}/${name} ${why}`;
    const asked = await ask(this.context, { type: 'ReleaseVip', name, reason }, actor);
    // Then it was released already, and the view is about to show it.
    if (asked.rejected?.code === 'VipNotFound') return { is: 'behind' };
    if (asked.rejected) refusals.add(key, RELEASE, this.own(name)?.subnet.name ?? '', asked.rejected);
    else refusals.forget(key);
    return asked;
  }

  private async show(
    object: KubernetesObject,
    findings: Pick<VipFindings, 'rejected' | 'retained' | 'isLeaving' | 'unread'>,
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

/** What is asked when an object is gone or going; no spec reads like it. */
const RELEASE = 'release';

/** Stands for the wait for a subnet whose object is about to define it: nothing is told of it. */
const COMING: Rejection = {
  code: 'SubnetNotFound',
  message: 'Its Subnet is not defined yet.',
  facts: { subnet: '' },
};
