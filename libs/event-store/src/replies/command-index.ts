// Where in a stream each command ended, by the hash of its id: a table of numbers, because a day of commands kept
// as strings would weigh more than the reservations that they made. It answers with candidates; whoever asks
// reads the event and sees whether the id is really the same.
import type { Version } from '../port/event-store';

const SLOTS_MIN = 1024;

class HashTable {
  private slots = SLOTS_MIN;
  used = 0;
  private hashes = new Uint32Array(SLOTS_MIN);
  /** Version + 1; 0 is an empty slot. */
  private versions = new Uint32Array(SLOTS_MIN);

  add(hash: number, version: Version): void {
    if (this.used * 2 >= this.slots) this.grow();
    this.used += 1;
    this.place(hash, version + 1);
  }

  has(hash: number): boolean {
    let slot = hash & (this.slots - 1);
    while (this.versions[slot] !== 0 && this.hashes[slot] !== hash) slot = (slot + 1) & (this.slots - 1);
    return this.versions[slot] !== 0;
  }

  find(hash: number, found: Version[]): void {
    for (
      let slot = hash & (this.slots - 1);
      this.versions[slot] !== 0;
      slot = (slot + 1) & (this.slots - 1)
    ) {
      if (this.hashes[slot] === hash) found.push((this.versions[slot] as number) - 1);
    }
  }

  private place(hash: number, stored: number): void {
    let slot = hash & (this.slots - 1);
    while (this.versions[slot] !== 0) slot = (slot + 1) & (this.slots - 1);
    this.hashes[slot] = hash;
    this.versions[slot] = stored;
  }

  private grow(): void {
    const { hashes, versions } = this;
    this.slots *= 2;
    this.hashes = new Uint32Array(this.slots);
    this.versions = new Uint32Array(this.slots);
    versions.forEach((stored, slot) => {
      if (stored !== 0) this.place(hashes[slot] as number, stored);
    });
  }
}

/** Commands of one window at most. */
class Generation {
  readonly table = new HashTable();
  issuedUntilMs = -Infinity;

  constructor(readonly sinceMs: number) {}
}

/**
 * Two generations of a window each, or of so many commands: a command is found for at least one window, or until as many
 * came after it, and forgetting costs nothing.
 */
export class CommandIndex {
  private young = new Generation(-Infinity);
  private old = new Generation(-Infinity);
  private isEmpty = true;
  /** What was issued until then may be forgotten: the clock by which its window was over may have been set back since. */
  forgottenUntilMs = -Infinity;

  constructor(
    private readonly windowMs: number,
    private readonly countMax = Infinity,
  ) {}

  /**
   * @param version of an event that the command led to
   * @param atMs when that was, by the clock that the window is measured with
   */
  add(commandId: string, version: Version, atMs: number, issuedAtMs = atMs): void {
    if (this.isEmpty) this.young = new Generation(atMs);
    this.isEmpty = false;
    if (atMs - this.young.sinceMs > this.windowMs || this.young.table.used >= this.countMax) {
      this.forgottenUntilMs = Math.max(this.forgottenUntilMs, this.old.issuedUntilMs);
      this.old = this.young;
      this.young = new Generation(atMs);
    }
    this.young.table.add(hashOfId(commandId), version);
    // A clock that is ahead, the caller's or ours, is no reason to refuse what is issued in the meantime.
    this.young.issuedUntilMs = Math.max(this.young.issuedUntilMs, Math.min(issuedAtMs, atMs));
  }

  /** Whether there are candidates. */
  mayHave(commandId: string): boolean {
    if (this.isEmpty) return false;
    const hash = hashOfId(commandId);
    return this.young.table.has(hash) || this.old.table.has(hash);
  }

  /** Versions where an event of this command may stand. */
  candidates(commandId: string): Version[] {
    const hash = hashOfId(commandId);
    const found: Version[] = [];
    this.young.table.find(hash, found);
    this.old.table.find(hash, found);
    return found;
  }
}

/** FNV-1a over the UTF-16 units, mixed so that the low bits depend on all (MurmurHash3's finalizer). */
function hashOfId(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
