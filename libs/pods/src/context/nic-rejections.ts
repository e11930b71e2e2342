// What the ledger rejected of a Pod: of each of its NICs, in each Subnet that was tried. It adds to ActiveRejections only whose
// they are.
import type { Rejection, SubnetFact } from '@holdfast/ipam';
import type { ActiveRejections } from '@holdfast/projection';

/** Neither a key nor a provider nor a Subnet's name has a space. */
const SEPARATOR = ' ';

export class NicRejections {
  /** By key: what of it was rejected. */
  private readonly byKey = new Map<string, Set<string>>();

  constructor(private readonly rejections: ActiveRejections) {}

  get size(): number {
    return this.byKey.size;
  }

  activeRejection(key: string, what: string, request: string): Rejection | undefined {
    return this.rejections.activeRejection(idOf(key, what), request);
  }

  add(key: string, what: string, request: string, subnet: string, rejected: Rejection): void {
    const whats = this.byKey.get(key) ?? new Set();
    this.byKey.set(key, whats.add(what));
    this.rejections.add(idOf(key, what), request, subnet, rejected);
  }

  forget(key: string, what: string): void {
    this.rejections.forget(idOf(key, what));
    const whats = this.byKey.get(key);
    whats?.delete(what);
    if (whats?.size === 0) this.byKey.delete(key);
  }

  forgetAll(key: string): void {
    for (const what of [...(this.byKey.get(key) ?? [])]) this.forget(key, what);
  }

  allowRetry(key: string): void {
    for (const what of this.byKey.get(key) ?? []) this.rejections.allowRetry(idOf(key, what));
  }

  /** Returns the keys whom the fact may unblock. */
  allowUnblockedBy(fact: SubnetFact): string[] {
    const unblocked = this.rejections.allowUnblockedBy(fact).map((id) => id.slice(0, id.indexOf(SEPARATOR)));
    return [...new Set(unblocked)];
  }

  /**
   * Until the first of them is tried again by itself. To be called at the end of a reconcile: whose time had come before and
   * was not tried again, such as what another Subnet gave, is over.
   */
  retryInMs(key: string): number | undefined {
    const delaysMs: (number | undefined)[] = [];
    for (const what of [...(this.byKey.get(key) ?? [])]) {
      const delayMs = this.rejections.retryInMs(idOf(key, what));
      if (delayMs === 0) this.forget(key, what);
      else delaysMs.push(delayMs);
    }
    return soonest(delaysMs);
  }
}

/** Of times from now, the first; undefined when there is none. */
export function soonest(delaysMs: readonly (number | undefined)[]): number | undefined {
  const known = delaysMs.filter((delayMs) => delayMs !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

const idOf = (key: string, what: string): string => `${key}${SEPARATOR}${what}`;
