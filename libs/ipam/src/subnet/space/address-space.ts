// One family of a subnet: its block, which of its addresses nobody may have, which are only had by name, and which
// comes next. It does not know who holds what.
import {
  type Address,
  type AddressRange,
  type Cidr,
  contains,
  familyOf,
  plus,
  sizeOf,
  usableRange,
} from '../../address';
import type { SubnetDefinition } from '../events';
import { type Choice, FreeOffsets } from './free-offsets';
import { OFFSET_MAX, type OffsetRange, rangeAround } from './offset';
import { type PoolChoice, type PoolRange, nextInPool, poolRange } from './pool-space';

export type Unusable = 'out-of-range' | 'network' | 'gateway';

/** A block of more addresses than this is never used up: what was released long ago need not come back. */
const ENDLESS_SIZE = 2n ** 32n;

export class AddressSpace {
  private readonly isEndless: boolean;
  private readonly first: Address;
  private readonly last: Address;
  private readonly gateway: Address | undefined;
  /** Within `first` and `last`; the gateway is one of them. */
  private readonly excluded: readonly AddressRange[];
  /** Where offsets count from: the first address that may be handed out automatically. */
  private readonly origin: Address;
  /** Of what is in no pool. */
  private readonly free: FreeOffsets;
  private readonly pools: ReadonlyMap<string, readonly PoolRange[]>;
  /** Of all pools; sorted, apart from each other. */
  private readonly poolRanges: readonly PoolRange[];

  constructor(
    readonly cidr: Cidr,
    definition: SubnetDefinition,
  ) {
    this.isEndless = sizeOf(cidr) > ENDLESS_SIZE;
    const usable = usableRange(cidr);
    this.first = usable.first;
    this.last = usable.last;
    this.gateway = definition.gateways.find((address) => familyOf(address) === cidr.family);
    const gateways = this.gateway === undefined ? [] : [{ first: this.gateway, last: this.gateway }];
    this.excluded = joinRanges(
      [...definition.excluded, ...gateways].flatMap((range) => this.clip(range) ?? []),
    );
    this.pools = this.poolsOf(definition);
    this.poolRanges = [...this.pools.values()].flat().sort((a, b) => (a.first < b.first ? -1 : 1));
    const [head, ...more] = joinRanges([...this.excluded, ...this.poolRanges]);
    const isHead = head !== undefined && head.first === this.first;
    this.origin = isHead ? plus(head.last, 1) : this.first;
    const ahead = head && !isHead ? [head, ...more] : more;
    const beyond = ahead.filter(({ first }) => this.distance(first) < OFFSET_MAX);
    const skipped = beyond.map((range) => this.toOffsets(range));
    this.free = new FreeOffsets(Math.min(this.distance(this.last), OFFSET_MAX - 1), skipped);
  }

  /** Why nobody may ever have this address, if so. */
  unusable(address: Address): Unusable | undefined {
    if (!contains(this.cidr, address)) return 'out-of-range';
    if (address < this.first || address > this.last) return 'network';
    return address === this.gateway ? 'gateway' : undefined;
  }

  /** Whether it is never handed out automatically, the gateway included. */
  isExcluded(address: Address): boolean {
    return rangeAround<Address, AddressRange>(this.excluded, address) !== undefined;
  }

  /** Somebody holds it now, and nobody did before. */
  use(address: Address): void {
    this.at(address, (free, offset) => free.use(offset));
  }

  /** Nobody holds it any more, since `atMs`. */
  release(address: Address, atMs: number): void {
    this.at(address, (free, offset) => free.release(offset, atMs));
  }

  /** Whether it may be forgotten that this address was ever held; if so it comes no more by itself. */
  forget(address: Address): boolean {
    if (!contains(this.cidr, address)) return true;
    if (!this.isEndless) return false;
    return this.at(address, (free, offset) => free.forget(offset)) ?? true;
  }

  /** Nothing was released later than that. */
  happenedBy(latestMs: number): void {
    this.free.happenedBy(latestMs);
    for (const { free } of this.poolRanges) free.happenedBy(latestMs);
  }

  /** @param pool one that there is; absent: what is in none */
  next(nowMs: number, coolingMs: number, pool?: string): Choice & PoolChoice {
    if (pool !== undefined) return nextInPool(this.pools.get(pool) ?? [], nowMs, coolingMs);
    const choice = this.free.next(nowMs, coolingMs);
    return choice.offset === undefined ? choice : { ...choice, address: plus(this.origin, choice.offset) };
  }

  /**
   * The addresses that automatic reservation would give next if nothing else happened at `nowMs`, in that order:
   * at most `limit`. Costs `limit` steps and one for each run of used or excluded addresses on the way.
   */
  upcoming(limit: number, nowMs: number, coolingMs: number): Address[] {
    return this.free.upcoming(limit, nowMs, coolingMs).map((offset) => plus(this.origin, offset));
  }

  /** How many addresses are released and cannot be had again yet, pools' included. Costs a look at each of them. */
  coolingCount(nowMs: number, coolingMs: number): number {
    const all = [this.free, ...this.poolRanges.map(({ free }) => free)];
    return all.reduce((count, free) => count + free.coolingCount(nowMs, coolingMs), 0);
  }

  /** How many addresses there are to be had without naming them. */
  sizeUsable(): bigint {
    return this.excluded.reduce(
      (size, range) => size - sizeOfRange(range),
      sizeOfRange({ first: this.first, last: this.last }),
    );
  }

  /** How many addresses of the pool may be had at all. */
  sizeOfPool(pool: string): bigint {
    const ranges = this.pools.get(pool) ?? [];
    return ranges.reduce((size, range) => size + sizeOfRange(range) - this.excludedWithin(range), 0n);
  }

  /** The ranges of the pool here. */
  rangesOf(pool: string): readonly AddressRange[] {
    return this.pools.get(pool) ?? [];
  }

  /** Where the address stands among those that are handed out together. */
  private at<Result>(
    address: Address,
    then: (free: FreeOffsets, offset: number) => Result,
  ): Result | undefined {
    const range =
      this.poolRanges.length > 0 ? rangeAround<Address, PoolRange>(this.poolRanges, address) : undefined;
    const offset = range ? Number(BigInt(address) - BigInt(range.first)) : this.distance(address);
    return offset >= 0 && offset < OFFSET_MAX ? then(range?.free ?? this.free, offset) : undefined;
  }

  private poolsOf({ pools = [] }: SubnetDefinition): Map<string, readonly PoolRange[]> {
    return new Map(
      pools.map(({ name, ranges }) => {
        const here = joinRanges(ranges.flatMap((range) => this.clip(range) ?? []));
        return [name, here.map((range) => poolRange(range, this.excluded))];
      }),
    );
  }

  private excludedWithin({ first, last }: AddressRange): bigint {
    const within = this.excluded.filter((range) => range.last >= first && range.first <= last);
    return within.reduce((size, range) => {
      const from = range.first > first ? range.first : first;
      const to = range.last < last ? range.last : last;
      return size + sizeOfRange({ first: from, last: to });
    }, 0n);
  }

  /** From the origin; exact below 2^53, and for every IPv4 address. */
  private distance(address: Address): number {
    return typeof address === 'number'
      ? address - (this.origin as number)
      : Number(address - (this.origin as bigint));
  }

  private toOffsets({ first, last }: AddressRange): OffsetRange {
    return { first: this.distance(first), last: Math.min(this.distance(last), OFFSET_MAX) };
  }

  /** Its part that could be used; nothing when it lies outside. */
  private clip(range: AddressRange): AddressRange | undefined {
    if (familyOf(range.first) !== this.cidr.family) return undefined;
    const first = range.first > this.first ? range.first : this.first;
    const last = range.last < this.last ? range.last : this.last;
    return first <= last ? { first, last } : undefined;
  }
}

/** What may be asked of it by who must not change it. */
export type AddressSpaceReader = Pick<
  AddressSpace,
  | 'cidr'
  | 'unusable'
  | 'isExcluded'
  | 'next'
  | 'upcoming'
  | 'coolingCount'
  | 'sizeUsable'
  | 'sizeOfPool'
  | 'rangesOf'
>;

/** Sorts ranges of one family and joins those that overlap or touch. */
export function joinRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const joined: { first: Address; last: Address }[] = [];
  for (const range of [...ranges].sort((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = joined[joined.length - 1];
    if (!before || range.first > plus(before.last, 1)) joined.push({ ...range });
    else if (range.last > before.last) before.last = range.last;
  }
  return joined;
}

const sizeOfRange = ({ first, last }: { first: Address; last: Address }): bigint =>
  BigInt(last) - BigInt(first) + 1n;
