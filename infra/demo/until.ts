// Waits for something that somebody else does.

const WITHIN_MS = 30_000;

/** @throws when `probe` gives nothing for too long; the message says what was waited for */
export async function until<Found>(
  what: string,
  probe: () => Found | undefined | Promise<Found | undefined>,
  withinMs = WITHIN_MS,
): Promise<Found> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > endMs) throw new Error(`${what}: not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
