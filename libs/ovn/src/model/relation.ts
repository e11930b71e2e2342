// What belongs to what, asked from either side.

export class Relation<Left, Right> {
  private readonly rights = new Map<Left, Set<Right>>();
  private readonly lefts = new Map<Right, Set<Left>>();

  get isEmpty(): boolean {
    return this.rights.size === 0;
  }

  rightsOf(left: Left): ReadonlySet<Right> {
    return this.rights.get(left) ?? NONE;
  }

  leftsOf(right: Right): ReadonlySet<Left> {
    return this.lefts.get(right) ?? NONE;
  }

  allLefts(): Iterable<Left> {
    return this.rights.keys();
  }

  allRights(): Iterable<Right> {
    return this.lefts.keys();
  }

  put(left: Left, right: Right, isSo: boolean): void {
    if (isSo) {
      addTo(this.rights, left, right);
      addTo(this.lefts, right, left);
    } else {
      removeFrom(this.rights, left, right);
      removeFrom(this.lefts, right, left);
    }
  }

  /** These belong to it and no others. */
  set(left: Left, rights: readonly Right[]): void {
    const before = this.rightsOf(left);
    if (before.size === 0 && rights.length === 0) return;
    const next = new Set(rights);
    for (const right of [...before]) if (!next.has(right)) this.put(left, right, false);
    for (const right of next) this.put(left, right, true);
  }
}

const NONE: ReadonlySet<never> = new Set<never>();

function addTo<Key, Value>(map: Map<Key, Set<Value>>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values) values.add(value);
  else map.set(key, new Set([value]));
}

function removeFrom<Key, Value>(map: Map<Key, Set<Value>>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values?.delete(value) && values.size === 0) map.delete(key);
}
