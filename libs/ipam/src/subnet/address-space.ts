// One family of a subnet: its block, who holds which of its addresses, and which comes next.
import {
  type Address,
  type AddressRange,
  type Cidr,
  contains,
  familyOf,
  fromBig,
  sizeOf,
  toBig,
  usableRange,
} from '../address';
import { type Choice, FreeAddresses, OFFSET_MAX, type OffsetRange, joinRanges } from './free-addresses';
import type { SubnetDefinition } from './events';

export type Unusable = 'out-of-range' | 'network' | 'gateway';

export class AddressSpace {
  private readonly first: Address;
  private readonly last: Address;
  private readonly gateway: Address | undefined;
  private readonly skipped: readonly OffsetRange[];
  private readonly free: FreeAddresses;

  constructor(
    readonly cidr: Cidr,
    definition: SubnetDefinition,
  ) {
    const usable = usableRange(cidr);
    this.first = usable.first;
    this.last = usable.last;
    this.gateway = definition.gateways.find((address) => familyOf(address) === cidr.family);
    const gateways = this.gateway === undefined ? [] : [{ first: this.gateway, last: this.gateway }];
    this.skipped = joinRanges(
      [...definition.excluded, ...gateways].flatMap((range) => this.toOffsets(range) ?? []),
    );
    const lastOffset = Number(minimum(toBig(this.last) - toBig(cidr.base), BigInt(OFFSET_MAX) - 1n));
    this.free = new FreeAddresses(Number(toBig(this.first) - toBig(cidr.base)), lastOffset, this.skipped);
  }

  /** Why nobody may ever have this address, if so. */
  unusable(address: Address): Unusable | undefined {
    if (!contains(this.cidr, address)) return 'out-of-range';
    if (address < this.first || address > this.last) return 'network';
    return address === this.gateway ? 'gateway' : undefined;
  }

  isExcluded(address: Address): boolean {
    const offset = this.offsetOf(address);
    return offset !== undefined && this.free.isSkipped(offset);
  }

  use(address: Address): void {
    const offset = this.offsetOf(address);
    if (offset !== undefined) this.free.use(offset);
  }

  release(address: Address, atMs: number): void {
    const offset = this.offsetOf(address);
    if (offset !== undefined) this.free.release(offset, atMs);
  }

  next(nowMs: number, coolingMs: number): Choice & { readonly address?: Address } {
    const choice = this.free.next(nowMs, coolingMs);
    return choice.offset === undefined
      ? choice
      : { ...choice, address: fromBig(this.cidr.family, toBig(this.cidr.base) + BigInt(choice.offset)) };
  }

  /** How many addresses automatic reservation may ever give out. */
  sizeUsable(): bigint {
    const edges = sizeOf(this.cidr) - (toBig(this.last) - toBig(this.first) + 1n);
    return this.skipped.reduce(
      (size, range) => size - BigInt(range.last - range.first + 1),
      sizeOf(this.cidr) - edges,
    );
  }

  private offsetOf(address: Address): number | undefined {
    if (typeof address === 'number') return address - (this.cidr.base as number);
    const offset = address - (this.cidr.base as bigint);
    return offset < BigInt(OFFSET_MAX) ? Number(offset) : undefined;
  }

  /** Clipped to what is usable; nothing when it lies outside. */
  private toOffsets(range: AddressRange): OffsetRange | undefined {
    if (familyOf(range.first) !== this.cidr.family) return undefined;
    const first = range.first > this.first ? range.first : this.first;
    const last = range.last < this.last ? range.last : this.last;
    if (first > last) return undefined;
    const base = toBig(this.cidr.base);
    const furthest = minimum(toBig(last) - base, BigInt(OFFSET_MAX));
    const nearest = minimum(toBig(first) - base, BigInt(OFFSET_MAX));
    return { first: Number(nearest), last: Number(furthest) };
  }
}

const minimum = (a: bigint, b: bigint): bigint => (a < b ? a : b);
