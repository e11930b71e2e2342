// What the metadata of a stream hides of it. What is no JSON, or no such rule, is ignored.

export interface StreamRules {
  /** Events below it are hidden; 2^63-1: the stream is deleted until somebody appends to it. */
  readonly truncateBefore?: bigint;
  readonly maxCount?: bigint;
  readonly maxAgeMs?: number;
}

/** @param metadata the data of the last event of `$$STREAM` */
export function rulesIn(stream: string, metadata: Uint8Array | undefined): StreamRules {
  // Of the metadata of a stream only the last holds.
  if (stream.startsWith('$$')) return { maxCount: 1n };
  if (!metadata) return {};
  const text = Buffer.from(metadata).toString('utf8');
  const truncateBefore = wholeIn(text, '$tb');
  const maxCount = wholeIn(text, '$maxCount');
  const maxAgeSeconds = wholeIn(text, '$maxAge');
  return {
    ...(truncateBefore !== undefined && { truncateBefore }),
    ...(maxCount !== undefined && maxCount > 0n && { maxCount }),
    ...(maxAgeSeconds !== undefined && maxAgeSeconds > 0n && { maxAgeMs: Number(maxAgeSeconds) * 1000 }),
  };
}

/** The first revision that may be shown. @param last of the last event, or -1 */
export function hiddenBelow({ truncateBefore = 0n, maxCount }: StreamRules, last: bigint): bigint {
  const byCount = maxCount === undefined ? 0n : last - maxCount + 1n;
  return truncateBefore > byCount ? truncateBefore : byCount > 0n ? byCount : 0n;
}

/** A whole number of 64 bits, which JSON.parse would round. */
function wholeIn(text: string, field: string): bigint | undefined {
  try {
    if (!(field in (JSON.parse(text) as object))) return undefined;
  } catch {
    return undefined;
  }
  const found = new RegExp(`"\\${field}"\\s*:\\s*(\\d+)`).exec(text);
  return found ? BigInt(found[1] as string) : undefined;
}
