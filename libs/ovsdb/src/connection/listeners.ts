// Who is called when something happens. A listener that throws is a bug: it surfaces as an uncaught exception and keeps neither
// the other listeners nor the connection from going on.

export class Listeners<Event> {
  private readonly listeners = new Set<(event: Event) => void>();

  /** Returns what ends it. */
  add(listener: (event: Event) => void): () => void {
    const own = (event: Event): void => listener(event);
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  notify(event: Event): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (bug) {
        queueMicrotask(() => {
          throw bug;
        });
      }
    }
  }
}
