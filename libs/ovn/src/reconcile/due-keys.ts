// Which keys are to be compared next: each once, however often it was marked, in the order in which they were
// marked, by kind: what others need comes first. Keys whose transaction was refused come in ever
// smaller groups, until the one that is to blame is alone; that one waits, and no other waits for it.
import { Backoff, type Cancel, type Chance, type Clock } from '@holdfast/clock';
import { type NorthboundKey, KINDS, type KeyKind, kindOfKey } from '../model/row-keys';

/** How long the key that is to blame waits: a race is over at once, a row that the server never takes is not. */
const HELD_BACK = { firstMs: 50, maxMs: 60_000 };

interface HeldBack {
  readonly backoff: Backoff;
  cancel: Cancel | undefined;
}

export class DueKeys {
  private readonly byKind = Object.fromEntries(KINDS.map((kind) => [kind, new Set<NorthboundKey>()])) as {
    readonly [K in KeyKind]: Set<NorthboundKey>;
  };
  private readonly suspects: NorthboundKey[][] = [];
  private readonly heldBack = new Map<NorthboundKey, HeldBack>();

  constructor(
    private readonly clock: Clock,
    private readonly chance: Chance,
    /** Something became due by itself. */
    private readonly onDue: () => void,
  ) {}

  /** Keys that are due now, those that are held back left out. */
  get size(): number {
    let size = 0;
    for (const kind of KINDS) size += this.byKind[kind].size;
    for (const group of this.suspects) size += group.length;
    return size;
  }

  get sizeHeldBack(): number {
    return this.heldBack.size;
  }

  add(key: NorthboundKey): void {
    this.byKind[kindOfKey(key)].add(key);
  }

  /**
   * The next keys to be compared, as an iterator that may be left at any time: what was not taken stays due. A
   * group of suspects is never mixed with others.
   */
  *take(): Generator<NorthboundKey> {
    const group = this.suspects.pop();
    if (group) {
      yield* this.drain(new Set(group), (rest) => this.suspects.push([...rest]));
      return;
    }
    for (const kind of KINDS) yield* this.drain(this.byKind[kind]);
  }

  /** These keys' transaction was refused because of one of them. */
  blame(keys: readonly NorthboundKey[]): void {
    const [only] = keys;
    if (keys.length === 1 && only !== undefined) return this.holdBack(only);
    const middle = Math.ceil(keys.length / 2);
    this.suspects.push(keys.slice(middle), keys.slice(0, middle));
  }

  /** Something changed that may have been in the key's way: it need not wait any longer. */
  release(key: NorthboundKey): void {
    const held = this.heldBack.size > 0 && this.heldBack.get(key);
    if (!held) return;
    held.cancel?.();
    held.cancel = undefined;
  }

  /** The key's transaction was committed, or the ledger says something else of it now. */
  clear(key: NorthboundKey): void {
    if (this.heldBack.size === 0) return;
    this.heldBack.get(key)?.cancel?.();
    this.heldBack.delete(key);
  }

  /** Forgets what is due and who waits. */
  stop(): void {
    for (const { cancel } of this.heldBack.values()) cancel?.();
    this.heldBack.clear();
    this.suspects.length = 0;
    for (const kind of KINDS) this.byKind[kind].clear();
  }

  private *drain(
    keys: Set<NorthboundKey>,
    onLeft?: (rest: Set<NorthboundKey>) => void,
  ): Generator<NorthboundKey> {
    try {
      for (const key of keys) {
        keys.delete(key);
        if (!this.heldBack.get(key)?.cancel) yield key;
      }
    } finally {
      if (keys.size > 0) onLeft?.(keys);
    }
  }

  private holdBack(key: NorthboundKey): void {
    const held: HeldBack = this.heldBack.get(key) ?? {
      backoff: new Backoff(HELD_BACK, this.chance),
      cancel: undefined,
    };
    this.heldBack.set(key, held);
    held.cancel = this.clock.after(held.backoff.nextDelayMs(), () => {
      held.cancel = undefined;
      this.add(key);
      this.onDue();
    });
  }
}
