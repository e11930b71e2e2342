// Lists as OVSDB has sets: sorted, each member once.

export interface SortedDifference<Atom> {
  readonly removed: readonly Atom[];
  readonly added: readonly Atom[];
}

/** Between two sorted lists: what the first alone has, and what the second alone has. */
export function sortedDifference<Atom extends string>(
  before: readonly Atom[],
  after: readonly Atom[],
): SortedDifference<Atom> {
  const removed: Atom[] = [];
  const added: Atom[] = [];
  let right = 0;
  for (const atom of before) {
    // Almost all are the same string on both sides, which costs next to nothing to see.
    while (after[right] !== atom && right < after.length && after[right]! < atom) added.push(after[right++]!);
    if (after[right] === atom) right += 1;
    else removed.push(atom);
  }
  while (right < after.length) added.push(after[right++]!);
  return { removed, added };
}

export const sorted = <Atom extends string>(atoms: Iterable<Atom>): readonly Atom[] =>
  [...new Set(atoms)].sort();
