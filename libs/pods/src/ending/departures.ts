// Pods that use something and are no more, have finished, or have left their machine: each gives up what it used, with
// the evidence of its end. Whether the address stays is for the ledger to decide, by what has become of the owner.
import { BEHIND_RETRY_MS, executeAndSee } from '@holdfast/projection';
import { type Evidence, isVipHolder } from '@holdfast/ipam';
import { actorNamed, keyOf, type KubernetesObject, objectOf, PODS } from '@holdfast/kube-api';
import type { PodUse } from '../context/ledger-index';
import { standingOf } from '../owner/owner-standing';
import { Missing, type PodContext, UNKNOWN_RETRY_MS } from '../context/pod-context';
import { type Owner, ownerBehind, ownerOfPod } from '../request/pod-identity';
import { soonest } from '../context/nic-rejections';

export interface Leaving {
  readonly reason: string;
  readonly evidence: Evidence;
  /** The UID of the owner that the Pod named, if that is known. */
  readonly ownerUid?: string;
}

/** A use that keeps somebody else from the same. */
export interface WayBlocked extends PodUse {
  readonly object: string;
}

/** Of a rejection that is none of those that are told apart: it is asked again this much later. */
const REJECTED_RETRY_MS = 5_000;

export class Departures {
  private readonly missing: Missing;

  constructor(private readonly context: PodContext) {
    this.missing = new Missing(context.clock, context.graceMs);
  }

  /**
   * Detaches every use of the Pod of that name that is not `pod`'s.
   * @param pod the one that is there now
   * @returns in how many milliseconds to look again, if at all
   */
  async settle(
    key: string,
    ref: { readonly namespace: string; readonly name: string },
    pod: KubernetesObject | undefined,
  ): Promise<number | undefined> {
    const object = `pod/${keyOf(ref)}`;
    const ends = new Map<string, Leaving | number | undefined>();
    const unsettled = new Set<string>();
    const delaysMs: (number | undefined)[] = [];
    for (const use of this.context.index.usesOf(object)) {
      const { uid } = use;
      if (uid === pod?.metadata.uid) {
        this.missing.found(uid);
        continue;
      }
      // A Pod goes once, whatever it uses: it is missed, and asked for, once for all of that.
      if (!ends.has(uid)) ends.set(uid, await this.endOf(use, object, ref, pod));
      const leaving = ends.get(uid);
      const delayMs = typeof leaving === 'object' ? await this.detach(key, use, leaving) : leaving;
      if (delayMs !== undefined) unsettled.add(uid);
      delaysMs.push(delayMs);
    }
    for (const uid of ends.keys()) if (!unsettled.has(uid)) this.missing.found(uid);
    return soonest(delaysMs);
  }

  /**
   * Somebody waits for what these use. Of those that are not there the server is asked at once, by UID; the grace is for
   * what nobody waits for.
   * @returns whether one was detached, and the view shows it
   */
  async makeWay(key: string, uses: readonly WayBlocked[]): Promise<boolean> {
    let isDetached = false;
    for (const use of uses) {
      const [namespace = '', name = ''] = use.object.slice('pod/'.length).split('/');
      const pod = this.context.pods.get({ namespace, name });
      if (pod?.metadata.uid === use.uid) continue;
      const leaving = await this.endOf(use, use.object, { namespace, name }, pod, true);
      if (typeof leaving !== 'object') continue;
      await this.detach(key, use, leaving);
      isDetached ||=
        this.context.ledger.view.subnet(use.subnet)?.users.userOf(use.holder, use.uid) === undefined;
    }
    return isDetached;
  }

  /** The Pod is there, and gives up all that it uses. */
  async leave(key: string, pod: KubernetesObject, reason: string): Promise<number | undefined> {
    const { uid, resourceVersion } = pod.metadata;
    const object = objectOf(pod);
    const evidence = { object, uid, resourceVersion };
    const ownerUid = ownerOfPod(pod, this.context.rules)?.uid;
    const uses = this.context.index.usesOf(object).filter((use) => use.uid === uid);
    const delaysMs: (number | undefined)[] = [];
    for (const use of uses) delaysMs.push(await this.detach(key, use, { reason, evidence, ownerUid }));
    return soonest(delaysMs);
  }

  /** What shows that the Pod is no more; or in how many milliseconds to look again, if at all. */
  private async endOf(
    { uid }: PodUse,
    object: string,
    ref: { readonly namespace: string; readonly name: string },
    pod: KubernetesObject | undefined,
    isWaitedFor = false,
  ): Promise<Leaving | number | undefined> {
    const evidence = this.context.evidenceOfEnd(uid);
    if (evidence) return { reason: 'Pod deleted', evidence };
    // A name belongs to one Pod at a time.
    if (pod) return { reason: `Pod replaced by UID ${pod.metadata.uid}`, evidence: { object, uid } };
    if (!this.context.isKnownCluster()) return undefined;
    const leftMs = isWaitedFor ? 0 : this.missing.leftMs(uid);
    if (leftMs > 0) return leftMs;
    const { outcome } = await this.context.api.patch(PODS, ref, {}, { uid });
    if (outcome === 'written') return UNKNOWN_RETRY_MS;
    return { reason: 'Pod is gone', evidence: { object, uid } };
  }

  private async detach(key: string, use: PodUse, leaving: Leaving): Promise<number | undefined> {
    const { subnet, holder, uid } = use;
    const owner = this.ownerOf(use);
    const standing = owner && (await standingOf({ ...owner, uid: leaving.ownerUid }, this.context.owners));
    if (standing?.is === 'unknown') return UNKNOWN_RETRY_MS;
    const isGone = standing !== undefined && standing.is !== 'exists';
    const reason = isGone ? `${leaving.reason}; ${standing.reason}` : leaving.reason;
    const { evidence } = leaving;
    const command = {
      ...({ type: 'DetachUser', subnet, holder, uid, reason, evidence } as const),
      owner: standing ? (isGone ? ('gone' as const) : ('exists' as const)) : ('none' as const),
    };
    const what = `${evidence.object} (UID ${uid}) uses it in the ledger, and does not in Kubernetes`;
    this.context.differs(key, {
      subnet,
      holder,
      what,
      why: `${reason}, while nobody looked; it was detached`,
    });
    const execution = await executeAndSee(
      this.context.ledger,
      command,
      actorNamed(PODS, evidence.object.slice('pod/'.length)),
    );
    if (execution.is === 'behind') return BEHIND_RETRY_MS;
    return execution.rejected && execution.rejected.code !== 'ReservationNotFound'
      ? REJECTED_RETRY_MS
      : undefined;
  }

  /** Of a Vip: whoever is behind its user. */
  private ownerOf({ subnet, holder, uid }: PodUse): Owner | undefined {
    if (!isVipHolder(holder)) return ownerBehind(holder);
    const user = this.context.ledger.view.subnet(subnet)?.users.userOf(holder, uid);
    return user?.owner === undefined ? undefined : ownerBehind(user.owner);
  }
}
