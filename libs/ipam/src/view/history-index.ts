// Which events concern a holder or an address: the way from a key to its events, newest first, as lists of
// numbers. It keeps no event; whoever asks reads them from the store by stream and version.
import type { Address, AddressPair } from '../address';
import type { Holder } from '../holder';
import { type SubnetEvent, holdersOf, touches } from '../subnet/events';

export type HistoryKey = Holder | Address;

const CAPACITY_MIN = 1024;

/** Marks the posting of an event that tells of an address' use, and leaves it with its holder. */
const OF_USE = 2 ** 31;

/** The history of one Subnet, of less than 2,147,483,648 events. */
export class HistoryIndex {
  /** The newest posting of each key. */
  private readonly newest = new Map<HistoryKey, number>();
  private versions = new Uint32Array(CAPACITY_MIN);
  /** The posting before, of the same key, plus 1; 0 for none. */
  private befores = new Uint32Array(CAPACITY_MIN);
  private count = 0;

  /**
   * To be called for each of the Subnet's events, in order.
   * @param held what whoever the event concerns has; used for events of its use, which do not say
   */
  add(event: SubnetEvent, version: number, held?: AddressPair): void {
    if (event.type === 'AddressWithheld' || event.type === 'AddressSettled')
      this.append(event.address, version + OF_USE);
    if (event.type === 'AddressWithheld')
      for (const { holder } of event.parties) this.append(holder, version);
    for (const { holder, takes, gives } of holdersOf(touches(event))) {
      this.append(holder, version);
      if (takes) this.post(version, takes);
      if (gives) this.post(version, gives);
      if (!takes && !gives && held) this.post(version + OF_USE, held);
    }
  }

  /** Versions of the events that concern `key`, newest first: an address is concerned by its use as well. */
  *versionsOf(key: HistoryKey): Iterable<number> {
    for (const marked of this.postingsOf(key)) yield marked % OF_USE;
  }

  /** Versions of the events that say who holds the address, newest first. */
  *holdingsOf(address: Address): Iterable<number> {
    for (const marked of this.postingsOf(address)) if (marked < OF_USE) yield marked;
  }

  private *postingsOf(key: HistoryKey): Iterable<number> {
    let posting = this.newest.get(key);
    while (posting !== undefined) {
      yield this.versions[posting] as number;
      const before = this.befores[posting] as number;
      posting = before === 0 ? undefined : before - 1;
    }
  }

  private post(version: number, { v4, v6 }: AddressPair): void {
    if (v4 !== undefined) this.append(v4, version);
    if (v6 !== undefined) this.append(v6, version);
  }

  private append(key: HistoryKey, version: number): void {
    const before = this.newest.get(key);
    // One event may say twice of an address: who has it, and who had it.
    if (before !== undefined && this.versions[before] === version) return;
    if (this.count === this.versions.length) this.grow();
    this.versions[this.count] = version;
    this.befores[this.count] = before === undefined ? 0 : before + 1;
    this.newest.set(key, this.count);
    this.count += 1;
  }

  private grow(): void {
    const { versions, befores } = this;
    this.versions = new Uint32Array(this.count * 2);
    this.befores = new Uint32Array(this.count * 2);
    this.versions.set(versions);
    this.befores.set(befores);
  }
}
