// What the ledger refused to a Pod: of each of its NICs, in each Subnet that was tried. It adds to Refusals only whose
// they are.
import type { Rejection, SubnetFact } from '@holdfast/ipam';
import type { Refusals } from '@holdfast/projection';

/** Neither a key nor a provider nor a Subnet's name has a space. */
const SEPARATOR = ' ';

export class PodRefusals {
  /** By key: what of it was refused. */
  private readonly byKey = new Map<string, Set<string>>();

  constructor(private readonly refusals: Refusals) {}

  get size(): number {
    return this.byKey.size;
  }

  standing(key: string, what: string, asked: string): Rejection | undefined {
    return this.refusals.standing(idOf(key, what), asked);
  }

  add(key: string, what: string, asked: string, subnet: string, rejected: Rejection): void {
    const whats = this.byKey.get(key) ?? new Set();
    this.byKey.set(key, whats.add(what));
    this.refusals.add(idOf(key, what), asked, subnet, rejected);
  }

  forget(key: string, what: string): void {
    this.refusals.forget(idOf(key, what));
    const whats = this.byKey.get(key);
    whats?.delete(what);
    if (whats?.size === 0) this.byKey.delete(key);
  }

  forgetAll(key: string): void {
    for (const what of [...(this.byKey.get(key) ?? [])]) this.forget(key, what);
  }

  wake(key: string): void {
    for (const what of this.byKey.get(key) ?? []) this.refusals.wake(idOf(key, what));
  }

  /** Returns the keys whom the fact may help. */
  wakeHelped(fact: SubnetFact): string[] {
    const woken = this.refusals.wakeHelped(fact).map((id) => id.slice(0, id.indexOf(SEPARATOR)));
    return [...new Set(woken)];
  }

  /**
   * Until the first of them is asked again by itself. To be called at the end of a turn: whose time had come before and
   * was not asked again, such as what another Subnet gave, is over.
   */
  retryInMs(key: string): number | undefined {
    const delaysMs: (number | undefined)[] = [];
    for (const what of [...(this.byKey.get(key) ?? [])]) {
      const delayMs = this.refusals.retryInMs(idOf(key, what));
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
