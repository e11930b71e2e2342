// Which addresses of one family of a subnet are held, as bits, so that runs of them are found without looking at each: the
// state has them by address in no order, and sorting 65,000 of them for every status would cost more than all the rest.
// It knows no holders, and what may be held is not its business.
import { type Address, type AddressRange, plus } from '../address';

/** Addresses a chunk: few enough that a lone IPv6 address is cheap, enough that a full /16 is a short walk. */
const CHUNK_SIZE = 256;
const WORDS = CHUNK_SIZE / 32;
const ALL = 0xffffffff;

interface Chunk {
  readonly first: Address;
  readonly words: Uint32Array;
  count: number;
}

export class HeldAddresses {
  /** By their first address. */
  private readonly chunks = new Map<Address, Chunk>();
  private ascending: readonly Chunk[] | undefined;
  private count = 0;

  /** How many are held. */
  get size(): number {
    return this.count;
  }

  add(address: Address): void {
    this.set(address, true);
  }

  delete(address: Address): void {
    this.set(address, false);
  }

  /** How many of them are held. Costs a look at each chunk, and at each word of those at the ends of a range. */
  countIn(ranges: readonly AddressRange[]): number {
    let count = 0;
    for (const range of ranges) count += this.countWithin(range);
    return count;
  }

  /** What of `ranges` is held, in their order, each run as long as can be. */
  *runsIn(ranges: readonly AddressRange[]): Iterable<AddressRange> {
    for (const range of ranges) yield* this.runsWithin(range);
  }

  private countWithin({ first, last }: AddressRange): number {
    let within = 0;
    for (const chunk of this.from(first)) {
      if (chunk.first > last) break;
      const from = first > chunk.first ? Number(BigInt(first) - BigInt(chunk.first)) : 0;
      const to = Math.min(Number(BigInt(last) - BigInt(chunk.first)), CHUNK_SIZE - 1);
      within += to - from === CHUNK_SIZE - 1 ? chunk.count : heldBetween(chunk.words, from, to);
    }
    return within;
  }

  private *runsWithin({ first, last }: AddressRange): Iterable<AddressRange> {
    let open: AddressRange | undefined;
    for (const chunk of this.from(first)) {
      if (chunk.first > last) break;
      for (const run of runsOf(chunk)) {
        const clipped = clip(run, first, last);
        if (!clipped) continue;
        if (open && plus(open.last, 1) === clipped.first) open = { first: open.first, last: clipped.last };
        else {
          if (open) yield open;
          open = clipped;
        }
      }
    }
    if (open) yield open;
  }

  private set(address: Address, isHeld: boolean): void {
    const offset = typeof address === 'number' ? address % CHUNK_SIZE : Number(address % BigInt(CHUNK_SIZE));
    const first = plus(address, -offset);
    const chunk = this.chunks.get(first) ?? this.newChunk(first);
    const [word, bit] = [offset >>> 5, 1 << (offset & 31)];
    const was = ((chunk.words[word] as number) & bit) !== 0;
    if (was === isHeld) return;
    chunk.words[word] = (chunk.words[word] as number) ^ bit;
    const change = isHeld ? 1 : -1;
    chunk.count += change;
    this.count += change;
    if (chunk.count === 0) this.forget(first);
  }

  private newChunk(first: Address): Chunk {
    const chunk = { first, words: new Uint32Array(WORDS), count: 0 };
    this.chunks.set(first, chunk);
    this.ascending = undefined;
    return chunk;
  }

  private forget(first: Address): void {
    this.chunks.delete(first);
    this.ascending = undefined;
  }

  /** Chunks from the one that has `first`, or would have it. */
  private *from(first: Address): Iterable<Chunk> {
    this.ascending ??= [...this.chunks.values()].sort((a, b) => (a.first < b.first ? -1 : 1));
    let [low, high] = [0, this.ascending.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (plus((this.ascending[middle] as Chunk).first, CHUNK_SIZE - 1) < first) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < this.ascending.length; at += 1) yield this.ascending[at] as Chunk;
  }
}

function* runsOf({ first, words, count }: Chunk): Iterable<AddressRange> {
  if (count === CHUNK_SIZE) return yield { first, last: plus(first, CHUNK_SIZE - 1) };
  for (let offset = 0; offset < CHUNK_SIZE; ) {
    const from = nextBit(words, offset, true);
    if (from >= CHUNK_SIZE) return;
    offset = nextBit(words, from, false);
    yield { first: plus(first, from), last: plus(first, offset - 1) };
  }
}

/** The next offset, `from` included, whose bit is set or not; CHUNK_SIZE when there is none. */
function nextBit(words: Uint32Array, from: number, isSet: boolean): number {
  for (let word = from >>> 5; word < WORDS; word += 1) {
    const searched = (isSet ? (words[word] as number) : ~(words[word] as number)) >>> 0;
    const left = word === from >>> 5 ? (searched & (ALL << (from & 31))) >>> 0 : searched;
    if (left !== 0) return word * 32 + (31 - Math.clz32(left & -left));
  }
  return CHUNK_SIZE;
}

function clip(range: AddressRange, first: Address, last: Address): AddressRange | undefined {
  const from = range.first > first ? range.first : first;
  const to = range.last < last ? range.last : last;
  return from <= to ? { first: from, last: to } : undefined;
}

/** Both offsets included. */
function heldBetween(words: Uint32Array, from: number, to: number): number {
  let count = 0;
  for (let word = from >>> 5; word <= to >>> 5; word += 1) {
    const low = word === from >>> 5 ? ALL << (from & 31) : ALL;
    const high = word === to >>> 5 ? ALL >>> (31 - (to & 31)) : ALL;
    count += bitsIn((words[word] as number) & low & high);
  }
  return count;
}

/** How many bits are set, of 32: added up in pairs, fours and bytes at once. */
function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
