// Several values under one key. Almost always there is one, so one stands by itself: a list for each of a hundred
// thousand rows would cost more than the rows' names.

export class MultiMap<Key, Value extends string> {
  private readonly groups = new Map<Key, Value | readonly Value[]>();

  get(key: Key): readonly Value[] {
    const group = this.groups.get(key);
    if (group === undefined) return NONE;
    return typeof group === 'string' ? [group] : group;
  }

  has(key: Key): boolean {
    return this.groups.has(key);
  }

  get isEmpty(): boolean {
    return this.groups.size === 0;
  }

  keys(): IterableIterator<Key> {
    return this.groups.keys();
  }

  /** Keeps the order in which values came; one that is there already is not added. */
  add(key: Key, value: Value): void {
    const group = this.groups.get(key);
    if (group === undefined) this.groups.set(key, value);
    else if (typeof group === 'string') {
      if (group !== value) this.groups.set(key, [group, value]);
    } else if (!group.includes(value)) this.groups.set(key, [...group, value]);
  }

  remove(key: Key, value: Value): void {
    const rest = this.get(key).filter((other) => other !== value);
    if (rest.length === 0) this.groups.delete(key);
    else this.groups.set(key, rest.length === 1 ? rest[0]! : rest);
  }
}

const NONE: readonly never[] = [];
