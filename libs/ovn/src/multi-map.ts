// Several values under one key. Values of one key keep the order in which they came, and none comes twice.

export class MultiMap<Key, Value> {
  private readonly groups = new Map<Key, readonly Value[]>();

  get(key: Key): readonly Value[] {
    return this.groups.get(key) ?? NONE;
  }

  keys(): IterableIterator<Key> {
    return this.groups.keys();
  }

  add(key: Key, value: Value): void {
    const group = this.get(key);
    if (!group.includes(value)) this.groups.set(key, [...group, value]);
  }

  remove(key: Key, value: Value): void {
    const rest = this.get(key).filter((other) => other !== value);
    if (rest.length > 0) this.groups.set(key, rest);
    else this.groups.delete(key);
  }
}

const NONE: readonly never[] = [];
