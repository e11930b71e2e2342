// What is kept for owners: when an owner is gone, or wants an ordinal no more, nobody will want the address again. Only
// what somebody used and left is meant: a reservation that was made before its owner came stays.
import { BEHIND_RETRY_MS, executeAndSee } from '@holdfast/projection';
import { retentionOf, type SubnetState } from '@holdfast/ipam';
import { hasPodFinished, THROUGH_KUBERNETES } from '@holdfast/kube-api';
import type { HeldPlace } from '../context/ledger-index';
import { lookedUpOnce, type OwnersOnce, type Standing, standingOf } from '../owner/owner-standing';
import { Missing, type PodContext, UNKNOWN_RETRY_MS } from '../context/pod-context';
import { type Owner, ownerBehind, type OwnerName, ownerOfPod } from '../request/pod-identity';
import { soonest } from '../context/nic-rejections';

export class OwnerEnds {
  private readonly missing: Missing;

  constructor(private readonly context: PodContext) {
    this.missing = new Missing(context.clock, context.graceMs);
  }

  /** @returns in how many milliseconds to look again, if at all @throws KubernetesFault, or the ledger's fault */
  async reconcile(key: string, name: OwnerName): Promise<number | undefined> {
    const delaysMs: (number | undefined)[] = [];
    const owners = lookedUpOnce(this.context.owners);
    for (const place of this.context.index.placesOf(name)) {
      const state = this.context.ledger.view.subnet(place.subnet);
      const owner = state && this.waitsFor(state, place);
      if (owner) delaysMs.push(await this.compare(key, place, owner, owners));
    }
    return soonest(delaysMs);
  }

  /** The owner for whom it is kept now, if that is for as long as there is one. */
  private waitsFor(state: SubnetState, { holder }: HeldPlace): Owner | undefined {
    const { users = [], retained } = state.users.of(holder) ?? {};
    if (users.length > 0 || !retained || retained.untilMs !== undefined) return undefined;
    const { owner } = retained;
    return retentionOf(state, holder, owner).keep === 'forever' ? undefined : ownerBehind(owner ?? holder);
  }

  private async compare(
    key: string,
    place: HeldPlace,
    owner: Owner,
    owners: OwnersOnce,
  ): Promise<number | undefined> {
    if (this.hasPod(owner)) return undefined;
    const standing = await standingOf(owner, owners);
    const id = `${place.subnet} ${place.holder}`;
    if (standing.is !== 'missing') this.missing.found(id);
    if (standing.is === 'exists') return undefined;
    if (standing.is === 'unknown') return UNKNOWN_RETRY_MS;
    if (standing.is === 'missing' && !this.context.isKnownCluster()) return undefined;
    const leftMs = standing.is === 'missing' ? this.missing.leftMs(id) : 0;
    return leftMs > 0 ? leftMs : this.end(key, place, standing);
  }

  private async end(
    key: string,
    { subnet, holder }: HeldPlace,
    { reason, evidence }: Exclude<Standing, { readonly is: 'unknown' | 'exists' }>,
  ): Promise<number | undefined> {
    const what = 'it is kept for an owner who does not want it';
    this.context.differs(key, {
      subnet,
      holder,
      what,
      why: `${reason}, while nobody looked; it was given up`,
    });
    const command = { type: 'EndOwner', subnet, holder, reason, evidence } as const;
    const execution = await executeAndSee(
      this.context.ledger,
      command,
      `${THROUGH_KUBERNETES}:${evidence.object}`,
    );
    return execution.is === 'behind' ? BEHIND_RETRY_MS : undefined;
  }

  /** A Pod of it that is there and has no address yet is about to ask for it; one that was left an orphan is not. */
  private hasPod({ kind, namespace, name, ordinal }: Owner): boolean {
    if (kind !== 'statefulset') return false;
    const pod = this.context.pods.get({ namespace, name: `${name}-${ordinal}` });
    if (!pod || pod.metadata.deletionTimestamp || hasPodFinished(pod)) return false;
    const owner = ownerOfPod(pod, this.context.rules);
    return owner?.kind === kind && owner.name === name;
  }
}
