// Waits for what comes about by itself, such as what another process does.

const GIVE_UP_MS = 20_000;
const LOOK_EVERY_MS = 5;

/** Runs `expectation` until it passes. @throws what it threw last, after 20 s. */
export async function eventually<T>(expectation: () => T | Promise<T>): Promise<T> {
  for (const untilMs = performance.now() + GIVE_UP_MS; ; ) {
    try {
      return await expectation();
    } catch (fault) {
      if (performance.now() > untilMs) throw fault;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
