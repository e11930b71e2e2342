// The deletion guard: when is an object that is missing really gone? Objects are kept until the ledger has let go of what it
// holds for them, so that one can only vanish by force. When many are missing and none is there that shows otherwise, it is more
// likely that this is another cluster, or an empty one (infra/docs/adr/0017). It decides nothing about objects that are there,
// and it releases nothing.

/** What the ledger holds for the objects of one kind. */
export interface HeldForObjects {
  /** Whether it holds something for the object of that name. */
  readonly has: (name: string) => boolean;
  /** All for which it holds something. */
  readonly names: () => Iterable<string>;
}

/** An object as the guard sees it. */
export interface GuardedObject {
  readonly uid: string;
  /** It carries our mark: it was ours before this process came to see it. */
  readonly isOurs: boolean;
}

export class DeletionGuard {
  /** Objects in the order in which they came; the number says which one it was. */
  private readonly there = new Map<string, number>();
  /** Objects that this process saw going, which they were, and after how many others had come or gone. */
  private readonly left = new Map<string, { readonly at: number; readonly uid: string }>();
  /** What the guard holds back, or would if it were reconciled now. */
  private readonly suspects = new Set<string>();
  private readonly heldBack = new Set<string>();
  /** Somebody answers for it that they are gone. */
  private readonly overridden = new Set<string>();
  private changes = 0;
  /** Objects that were ours before we came to see them. */
  private known = 0;
  private isOurCluster = false;

  /** @param others guards of the other kinds, for whoever is the only one of its kind */
  constructor(
    private readonly held: HeldForObjects,
    private readonly others: () => Iterable<DeletionGuard>,
  ) {}

  /** To be told of every change in the replica. */
  changed(name: string, now: GuardedObject | undefined, before: GuardedObject | undefined): void {
    this.changes += 1;
    if (!now) {
      this.there.delete(name);
      this.left.set(name, { at: this.changes, uid: before?.uid ?? '' });
      if (this.held.has(name)) this.suspects.add(name);
    } else if (!before) {
      this.there.set(name, this.changes);
      this.forget(name);
      if (now.isOurs && this.held.has(name)) this.known += 1;
    }
  }

  /**
   * The first whole list is here. Whether this is the cluster that the ledger knows is decided now and never again: while
   * somebody restores it, the first objects to come back say nothing about those that are yet to come.
   */
  listed(): void {
    this.isOurCluster = this.known > 0;
    if (this.isOurCluster) return;
    for (const name of this.held.names()) if (!this.there.has(name)) this.suspects.add(name);
  }

  /** Whether it is not to be believed that the object is gone, so that what is held for it stays. */
  holds(name: string): boolean {
    const isHeld = this.isHeldBack(name);
    if (isHeld) this.suspects.add(name);
    if (isHeld) this.heldBack.add(name);
    else this.heldBack.delete(name);
    return isHeld;
  }

  /** What is held for it was let go of, or it is not ours. */
  forget(name: string): void {
    this.left.delete(name);
    this.suspects.delete(name);
    this.heldBack.delete(name);
    this.overridden.delete(name);
  }

  /** What nothing is held for any more needs no guard; for who stands by, since others let go of it. */
  forgetUnheld(): void {
    for (const name of this.left.keys()) if (!this.held.has(name)) this.forget(name);
  }

  /** How many it has held back so far; 0 when it does not hold. */
  get size(): number {
    return this.heldBack.size;
  }

  /** Whether it holds now, also for what was not reconciled yet. */
  get isHolding(): boolean {
    for (const name of this.suspects) if (this.isHeldBack(name)) return true;
    return false;
  }

  /** For what the ledger holds something, and no object is there. Costs a look at each. */
  missing(): string[] {
    return [...this.held.names()].filter((name) => !this.there.has(name));
  }

  /** Somebody answers for it that what is missing now is gone for good. @returns the names of what it held back */
  override(): string[] {
    const names = this.missing().filter((name) => this.isHeldBack(name));
    for (const name of names) {
      this.overridden.add(name);
      this.heldBack.delete(name);
    }
    return names;
  }

  /** What this process knows of how the object went, for the record. */
  evidenceOf(name: string): string {
    const uid = this.left.get(name)?.uid;
    const known = uid ? `uid ${uid}` : 'not there since the start';
    return this.overridden.has(name) ? `${known}; said to be gone for good` : known;
  }

  private isHeldBack(name: string): boolean {
    if (this.there.has(name) || !this.held.has(name) || this.isBelieved(name)) return false;
    return this.hasAnother(name) || this.isAloneHere(name);
  }

  /** Seen going, while something that was there before still is; or not there from the start, in a cluster that is ours. */
  private isBelieved(name: string): boolean {
    if (this.overridden.has(name)) return true;
    const leftAt = this.left.get(name)?.at;
    if (leftAt === undefined) return this.isOurCluster;
    const [first] = this.there.values();
    return first !== undefined && first < leftAt;
  }

  private hasAnother(name: string): boolean {
    for (const other of this.held.names()) if (other !== name) return true;
    return false;
  }

  /** Whoever is alone has nothing of its own kind to be compared with; then others tell which cluster this is. */
  private isAloneHere(name: string): boolean {
    const others = [...this.others()].filter((other) => other !== this);
    const isSeen = this.left.has(name);
    return !others.some((other) => other.isOurCluster || (isSeen && other.there.size > 0));
  }
}
