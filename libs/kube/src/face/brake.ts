// The brake on mass release: when is an object that is missing really gone? A finalizer keeps objects until the ledger has
// let go, so that one can only vanish by force. When many are missing and none is there that shows otherwise, it is more
// likely that this is another cluster, or an empty one (infra/docs/adr/0017). It decides nothing about objects that are
// there, and it releases nothing.
import type { KubernetesObject } from '../kubernetes-object';
import { FINALIZER } from './object-writer';

/** What the ledger holds for the objects of one kind. */
export interface HeldForObjects {
  /** Whether it holds something for the object of that name. */
  readonly has: (name: string) => boolean;
  /** All for which it holds something. */
  readonly names: () => Iterable<string>;
}

export class Brake {
  /** Objects in the order in which they came; the number says which one it was. */
  private readonly there = new Map<string, number>();
  /** Objects that this process saw going, and after how many others had come or gone. */
  private readonly left = new Map<string, number>();
  private readonly braked = new Set<string>();
  private changes = 0;
  /** Objects that were ours before we came to see them. */
  private known = 0;
  private isOurCluster = false;

  constructor(private readonly held: HeldForObjects) {}

  /** To be told of every change in the replica. */
  changed(name: string, now: KubernetesObject | undefined, before: KubernetesObject | undefined): void {
    this.changes += 1;
    if (!now) {
      this.there.delete(name);
      this.left.set(name, this.changes);
    } else if (!before) {
      this.there.set(name, this.changes);
      this.left.delete(name);
      this.braked.delete(name);
      if (now.metadata.finalizers?.includes(FINALIZER) && this.held.has(name)) this.known += 1;
    }
  }

  /**
   * The first whole list is here. Whether this is the cluster that the ledger knows is decided now and never again: while
   * somebody restores it, the first objects to come back say nothing about those that are yet to come.
   */
  listed(): void {
    this.isOurCluster = this.known > 0;
  }

  /** Whether it is not to be believed that the object is gone, so that what is held for it stays. */
  holds(name: string): boolean {
    const isHeld =
      !this.there.has(name) && this.held.has(name) && !this.isBelieved(name) && this.hasOthers(name);
    if (isHeld) this.braked.add(name);
    else this.braked.delete(name);
    return isHeld;
  }

  /** What is held for it was let go of, or it is not ours. */
  forget(name: string): void {
    this.left.delete(name);
    this.braked.delete(name);
  }

  /** How many have come to it so far; 0 when it does not hold. */
  get size(): number {
    return this.braked.size;
  }

  /** For how many the ledger holds something, and no object is there. Costs a look at each. */
  get missing(): number {
    let missing = 0;
    for (const name of this.held.names()) if (!this.there.has(name)) missing += 1;
    return missing;
  }

  /** Seen going, while something that was there before still is; or not there from the start, in a cluster that is ours. */
  private isBelieved(name: string): boolean {
    const leftAt = this.left.get(name);
    if (leftAt === undefined) return this.isOurCluster;
    const [first] = this.there.values();
    return first !== undefined && first < leftAt;
  }

  private hasOthers(name: string): boolean {
    for (const other of this.held.names()) if (other !== name) return true;
    return false;
  }
}
