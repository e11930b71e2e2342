// Which addresses of one family of a subnet are held, as bits, so that runs of them are found without looking at each: the
// view has them by address in no order, and sorting 65,000 of them for every status would cost more than all the rest.
// It knows no holders, and what may be held is not its business.
import { type Address, type AddressRange, plus } from '@holdfast/ipam';

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
  private changes = 0;

  /** How many are held. */
  get size(): number {
    return this.count;
  }

  /** Another number whenever something changed. */
  get version(): number {
    return this.changes;
  }

  add(address: Address): void {
    this.set(address, true);
  }

  delete(address: Address): void {
    this.set(address, false);
  }

  /** How many of `range` are held. Costs a look at each chunk, and at each address of the two at the ends. */
  countWithin({ first, last }: AddressRange): number {
    let within = 0;
    for (const chunk of this.from(first)) {
      if (chunk.first > last) break;
      const isWhole = chunk.first >= first && plus(chunk.first, CHUNK_SIZE - 1) <= last;
      if (isWhole) within += chunk.count;
      else for (const run of runsOf(chunk)) within += sizeWithin(run, first, last);
    }
    return within;
  }

  /** Runs of held addresses within `range`, ascending, as long as can be. */
  *runs({ first, last }: AddressRange): Iterable<AddressRange> {
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
    this.changes += 1;
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
    const wanted = (isSet ? (words[word] as number) : ~(words[word] as number)) >>> 0;
    const left = word === from >>> 5 ? (wanted & (ALL << (from & 31))) >>> 0 : wanted;
    if (left !== 0) return word * 32 + (31 - Math.clz32(left & -left));
  }
  return CHUNK_SIZE;
}

function clip(range: AddressRange, first: Address, last: Address): AddressRange | undefined {
  const from = range.first > first ? range.first : first;
  const to = range.last < last ? range.last : last;
  return from <= to ? { first: from, last: to } : undefined;
}

function sizeWithin(run: AddressRange, first: Address, last: Address): number {
  const within = clip(run, first, last);
  return within ? Number(BigInt(within.last) - BigInt(within.first)) + 1 : 0;
}
