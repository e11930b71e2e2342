// One list, one watch and one replica for all who follow the same kind and keep the same of it: a cluster has tens of thousands
// of Pods, and each list of them is megabytes. Each of them is told everything, as if it were alone; whoever comes later is told
// first what is there already. What is kept of an object, and by whom, is not its business.
import type { Following, Watcher } from '../port/kubernetes-api';
import { type KubernetesObject, type ObjectRef, objectRefOf } from '../port/kubernetes-object';
import type { Resource } from '../port/resource';

/** Makes what follows alone. */
export type Follow = (resource: Resource, watcher: Watcher) => Following;

export class SharedFollowings {
  private readonly all = new Set<SharedFollowing>();

  constructor(private readonly followAlone: Follow) {}

  follow(resource: Resource, watcher: Watcher): Following {
    const known = [...this.all].find((shared) => shared.serves(resource, watcher.trim));
    if (known) return known.join(watcher);
    const shared = new SharedFollowing(resource, watcher.trim, this.followAlone, () =>
      this.all.delete(shared),
    );
    this.all.add(shared);
    return shared.join(watcher);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.all].map((shared) => shared.stop()));
  }
}

class SharedFollowing {
  private readonly members = new Set<Member>();
  private readonly inner: Following;
  private isStopped = false;

  constructor(
    private readonly resource: Resource,
    private readonly trim: Watcher['trim'],
    followAlone: Follow,
    private readonly emptied: () => void,
  ) {
    this.inner = followAlone(resource, {
      changed: (ref, now, before) => {
        for (const member of [...this.members]) member.changed(ref, now, before);
      },
      faulted: (fault, retryInMs) => {
        for (const member of [...this.members]) member.faulted(fault, retryInMs);
      },
      worksAgain: () => {
        for (const member of [...this.members]) member.worksAgain();
      },
      ...(trim && { trim }),
    });
  }

  /** Who keeps something else of the objects cannot be served from one replica. */
  serves({ group, version, plural }: Resource, trim: Watcher['trim']): boolean {
    const { resource } = this;
    const isSame = resource.group === group && resource.version === version && resource.plural === plural;
    return isSame && this.trim === trim;
  }

  join(watcher: Watcher): Following {
    const member: Member = new Member(watcher, this.inner, () => this.leave(member));
    this.members.add(member);
    return member;
  }

  stop(): Promise<void> {
    for (const member of this.members) member.end();
    this.members.clear();
    return this.end();
  }

  private leave(member: Member): Promise<void> {
    this.members.delete(member);
    return this.members.size === 0 ? this.end() : Promise.resolve();
  }

  /** Whoever comes from now on gets another one. */
  private async end(): Promise<void> {
    if (!this.isStopped) this.emptied();
    this.isStopped = true;
    await this.inner.stop();
  }
}

class Member implements Following {
  readonly synced: Promise<boolean>;
  private settleSynced: (synced: boolean) => void = () => undefined;
  /** Whether it has been told what was there when it came. */
  private isCaughtUp = false;
  private isOver = false;

  constructor(
    private readonly watcher: Watcher,
    private readonly inner: Following,
    private readonly leave: () => Promise<void>,
  ) {
    this.synced = new Promise((resolve) => (this.settleSynced = resolve));
    const [first] = inner.objects();
    if (first === undefined) this.isCaughtUp = true;
    // Nobody expects to be told anything before `follow` has returned.
    void Promise.resolve().then(() => this.catchUp());
    void inner.synced.then((isSynced) => this.settleSynced(isSynced && !this.isOver));
  }

  get(ref: ObjectRef): KubernetesObject | undefined {
    return this.inner.get(ref);
  }

  objects(): IterableIterator<KubernetesObject> {
    return this.inner.objects();
  }

  changed(ref: ObjectRef, now: KubernetesObject | undefined, before: KubernetesObject | undefined): void {
    if (this.isCaughtUp && !this.isOver) this.watcher.changed(ref, now, before);
  }

  faulted(...fault: Parameters<NonNullable<Watcher['faulted']>>): void {
    if (!this.isOver) this.watcher.faulted?.(...fault);
  }

  worksAgain(): void {
    if (!this.isOver) this.watcher.worksAgain?.();
  }

  async stop(): Promise<void> {
    if (this.isOver) return;
    this.end();
    await this.leave();
  }

  end(): void {
    this.isOver = true;
    this.settleSynced(false);
  }

  private catchUp(): void {
    if (this.isCaughtUp || this.isOver) return;
    this.isCaughtUp = true;
    for (const object of [...this.inner.objects()]) this.changed(objectRefOf(object), object, undefined);
  }
}
