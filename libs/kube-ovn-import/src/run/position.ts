// Positions of the ledger as replies have them, in order.

/** Of two positions (libs/api): numbers with slashes between them. */
export function later(a: string, b: string): string {
  const [left, right] = [a, b].map((text) => text.split('/').map((part) => BigInt(part || 0)));
  for (const [at, part] of (left ?? []).entries()) {
    const other = right?.[at] ?? 0n;
    if (part !== other) return part > other ? a : b;
  }
  return b;
}

/** Negative, zero or positive. */
export const compareReplyPositions = (a: string, b: string): number =>
  a === b ? 0 : later(a, b) === b ? -1 : 1;
