// Nothing is taken from a Pod that is live, or given up for an owner that is there and wants it, by the cluster itself
// and not by what our projector believes of it; and what was given stays what it is while its owner lives.
import { type KubernetesObject, THROUGH_KUBERNETES } from '@holdfast/kube-api';
import { type Holder, type SubnetCommand, type SubnetEvent, formatAddress, formatPair } from '@holdfast/ipam';
import { Violation } from '../../engine/violation';
import { type Cluster, PODS } from '../../kubernetes/cluster';
import { type PictureChange, objectKindOf } from '../../kubernetes/picture';
import type { Controllers } from '../../kubernetes/workloads/controllers';
import { isPodFinished, controllerOfPod } from '../../kubernetes/workloads/pods';
import type { History } from '../history';
import type { Landed } from '../landed';
import { OwnerStory } from './owner-story';

interface Past {
  readonly reservedAtMs: number;
  /** What it had when it last left. */
  readonly former?: { readonly v4?: number | undefined; readonly v6?: bigint | undefined };
}

export class PodOwners {
  private readonly story: OwnerStory;
  private readonly byUid = new Map<string, KubernetesObject>();
  /** By subnet and holder. */
  private readonly pasts = new Map<string, Past>();
  /** By the Pod's UID: what it asked for by name, ever, before it was told anything. */
  private readonly named = new Map<string, Set<string>>();

  constructor(
    cluster: Cluster,
    private readonly controllers: Controllers,
    private readonly history: History,
    private readonly nowMs: () => number,
  ) {
    this.story = new OwnerStory(cluster.picture, nowMs);
    cluster.picture.onChange((change) => this.changed(change));
  }

  landed({ id: subnet, event, command, through }: Landed): void {
    if (!command || through !== THROUGH_KUBERNETES) return;
    const { type } = event as SubnetEvent;
    if (type === 'UserAttached') this.attached(event as Extract<SubnetEvent, { type: 'UserAttached' }>);
    if (type === 'UserDetached') this.detached(event as Extract<SubnetEvent, { type: 'UserDetached' }>);
    if (type === 'AddressReserved') this.reserved(subnet, event as never, command);
    if (type === 'AddressReleased') this.released(subnet, event as never, command);
    if (type === 'AddressMoved') this.moved(event as Extract<SubnetEvent, { type: 'AddressMoved' }>, command);
  }

  /** Who has an owner has what the owner's holder has, or a Vip. */
  private attached({ holder, user }: Extract<SubnetEvent, { type: 'UserAttached' }>): void {
    const pod = this.byUid.get(user.uid);
    const owner = pod && controllerOfPod(pod);
    if (owner && holder.startsWith('pod/'))
      throw new Violation(
        'pods-owners',
        `${user.object} is of ${owner.kind} ${owner.name}, and gets what ${holder} has`,
      );
  }

  private detached({ user, holder, reason }: Extract<SubnetEvent, { type: 'UserDetached' }>): void {
    const pod = this.byUid.get(user.uid);
    if (!pod || isPodFinished(pod) || this.controllers.machines.hasLeft(user.uid)) return;
    throw new Violation(
      'pods-owners',
      `${user.object} (${user.uid}) is there and loses ${holder}: ${reason}`,
    );
  }

  /** @param event before the book of who holds what has it */
  private reserved(
    subnet: string,
    event: Extract<SubnetEvent, { type: 'AddressReserved' }>,
    command: SubnetCommand,
  ): void {
    const { holder, v4, v6 } = event;
    const key = `${subnet} ${holder}`;
    const former = this.pasts.get(key)?.former;
    this.pasts.set(key, { reservedAtMs: this.nowMs() });
    const asks = command.type === 'ReserveAddress' ? command : undefined;
    if (!former || !isOwned(holder) || !asks || asks.pool !== undefined) return;
    if (asks.v4 !== undefined || asks.v6 !== undefined || asks.families || asks.mac !== undefined) return;
    const { addresses } = this.history.owners.book(subnet);
    const pair = [former.v4, former.v6].filter((address) => address !== undefined);
    const isFree = pair.every((address) => [undefined, holder].includes(addresses.get(address)));
    if (asks.prefersFormer || !isFree || (former.v4 === v4 && former.v6 === v6)) return;
    throw new Violation(
      'pods-owners',
      `${holder} had ${formatPair(former)} in ${subnet}, which is free, and gets ${formatPair(event)}`,
    );
  }

  private released(
    subnet: string,
    { holder, v4, v6, reason }: Extract<SubnetEvent, { type: 'AddressReleased' }>,
    command: SubnetCommand,
  ): void {
    const key = `${subnet} ${holder}`;
    const past = this.pasts.get(key);
    this.pasts.set(key, { reservedAtMs: Infinity, former: { v4, v6 } });
    if (!past || !isOwned(holder) || command.type === 'ReleaseExpired') return;
    // Who moved to another Subnet has its address there, and the policy may be to keep nothing.
    const isElsewhere = [...this.history.view.subnets()].some(
      ({ name, byHolder }) => name !== subnet && byHolder.has(holder),
    );
    if (isElsewhere || this.history.retention.lastKept(subnet, holder) === 'release') return;
    const [owner = ''] = holder.split('@');
    if (this.story.wasDesiredSince(owner, past.reservedAtMs))
      throw new Violation(
        'pods-owners',
        `${holder} is given up in ${subnet}, and its owner wants it: ${reason}`,
      );
  }

  private moved(
    { holder, v4, v6, from }: Extract<SubnetEvent, { type: 'AddressMoved' }>,
    command: SubnetCommand,
  ): void {
    const other = [v4 === from.v4 ? undefined : v4, v6 === from.v6 ? undefined : v6];
    const isOther = formatPair({ v4, v6 }) !== formatPair(from);
    if (!isOwned(holder) || !isOther) return;
    const named = command.type === 'MoveAddress' ? this.named.get(command.user?.uid ?? '') : undefined;
    const isAsked = other.every((address) => address === undefined || named?.has(formatAddress(address)));
    if (isAsked && other.some((address) => address !== undefined)) return;
    throw new Violation(
      'pods-owners',
      `${holder} has ${formatPair(from)} and is moved, which nobody asked for`,
    );
  }

  private changed({ kind, now, before }: PictureChange): void {
    if (kind !== objectKindOf(PODS)) return;
    if (before) this.byUid.delete(before.metadata.uid);
    if (!now) return;
    this.byUid.set(now.metadata.uid, now);
    this.names(now);
  }

  /** A Pod that names an address, at first or while it waits, asks for it; one that was told what it has says so. */
  private names({ metadata: { uid, annotations = {} } }: KubernetesObject): void {
    for (const [key, text] of Object.entries(annotations)) {
      const provider = /^(.+)\/ip_address$/.exec(key)?.[1];
      if (provider === undefined || annotations[`${provider}/allocated`] === 'true') continue;
      const named = this.named.get(uid) ?? new Set();
      this.named.set(uid, named);
      for (const address of text.split(',')) named.add(address.trim());
    }
  }
}

const OWNED = /^(statefulset|vm)\/(apps|batch)\//;
const isOwned = (holder: Holder): boolean => OWNED.test(holder);
