// How full Subnets and pools are, per family: how many addresses are held, how many are to be had, and which. The one place
// that counts, for the API, the CLI and Kubernetes' status alike; all of one state, so that it always adds up:
//
//   using + available + excluded = size       of a Subnet, and of each pool
//   the pools and what is in none = the Subnet
//
// A Subnet's numbers cost nothing. For the rest there is one look at each address that is held, the first time somebody asks;
// afterwards an event costs one bit, and an answer what its ranges cost, however many addresses there are.
import { type AddressRange, type Family, familyOf, usableRange } from '../address';
import { type SubnetEvent, holdersOf, touches } from '../subnet/events';
import { joinRanges } from '../subnet/space/address-space';
import { addressesOf } from '../subnet/state/reservation';
import type { SubnetState } from '../subnet/state/state';
import { HeldAddresses } from './held-addresses';
import { intersection, sizeOfRanges, rangesWithout } from './ranges';

export interface FamilyCounts {
  /** Held by somebody, excluded addresses included. */
  readonly using: bigint;
  /** Neither held nor excluded; those that cool are among them. */
  readonly available: bigint;
}

/** Of one family, with all that there is to say. The ranges are read before the next event, or not at all. */
export interface Fullness extends FamilyCounts {
  /** Held by nobody, and handed out to nobody who does not name it; the gateway is one of them. */
  readonly excluded: bigint;
  /** Whatever there is of it, but for the network's and the broadcast address. */
  readonly size: bigint;
  /** Ascending, as long as can be. */
  readonly usingRanges: Iterable<AddressRange>;
  readonly availableRanges: Iterable<AddressRange>;
}

/** `undefined` when the subnet has no block of the family. */
export function countAddresses(state: SubnetState, family: Family): FamilyCounts | undefined {
  const space = state.space(family);
  if (!space) return undefined;
  const { held, heldExcluded } = state.heldCounts(family);
  return { using: BigInt(held), available: space.sizeUsable() - BigInt(held - heldExcluded) };
}

/** As `SubnetCounts.ofPool`, for who asks but once: costs a look at each address that is held. */
export function countPool(state: SubnetState, pool: string, family: Family): FamilyCounts | undefined {
  const { using, available } = new SubnetCounts(state).ofPool(pool, family) ?? {};
  return using === undefined || available === undefined ? undefined : { using, available };
}

/** What somebody may hold of a part of a Subnet: all of it, and what of that is not excluded. */
interface Part {
  readonly all: readonly AddressRange[];
  readonly open: readonly AddressRange[];
  readonly size: bigint;
  readonly sizeOpen: bigint;
}

interface Known {
  readonly definition: SubnetState['definition'];
  readonly held: HeldAddresses;
  readonly whole: Part;
  readonly pools: Map<string, Part>;
}

/** Of one Subnet. */
export class SubnetCounts {
  private readonly known = new Map<Family, Known>();

  constructor(private readonly state: SubnetState) {}

  /** To be called for each event, after the state has taken it in. */
  apply(event: SubnetEvent): void {
    const holders = holdersOf(touches(event));
    for (const { gives } of holders)
      if (gives)
        for (const address of addressesOf(gives)) this.known.get(familyOf(address))?.held.delete(address);
    for (const { takes } of holders)
      if (takes)
        for (const address of addressesOf(takes)) this.known.get(familyOf(address))?.held.add(address);
    if (event.type === 'SubnetRetired') this.known.clear();
  }

  /** Of the whole Subnet; `undefined` when it has no block of the family. */
  ofSubnet(family: Family): Fullness | undefined {
    const known = this.knownOf(family);
    return known && fullness(known.held, known.whole);
  }

  /** `undefined` when there is no pool of that name, or no block of the family. */
  ofPool(pool: string, family: Family): Fullness | undefined {
    const known = this.knownOf(family);
    const part = known && this.partOf(known, pool, family);
    return part && fullness(known.held, part);
  }

  private knownOf(family: Family): Known | undefined {
    const { definition } = this.state;
    const before = this.known.get(family);
    if (before?.definition === definition) return before;
    const cidr = definition?.cidrs.find((it) => it.family === family);
    if (!definition || !cidr) return undefined;
    const usable = usableRange(cidr);
    const gateways = definition.gateways.map((it) => ({ first: it, last: it }));
    const excluded = [...definition.excluded, ...gateways].filter(({ first }) => familyOf(first) === family);
    const open = [...rangesWithout([usable], () => joinRanges(excluded))];
    const held = before?.held ?? heldIn(this.state, family);
    const known = { definition, held, whole: partOf([usable], open), pools: new Map<string, Part>() };
    this.known.set(family, known);
    return known;
  }

  private partOf({ whole, pools }: Known, pool: string, family: Family): Part | undefined {
    const before = pools.get(pool);
    if (before) return before;
    if (!this.state.definition?.pools?.some(({ name }) => name === pool)) return undefined;
    const ranges = this.state.space(family)?.rangesOf(pool) ?? [];
    const part = partOf(ranges, intersection(ranges, whole.open));
    pools.set(pool, part);
    return part;
  }
}

function partOf(all: readonly AddressRange[], open: readonly AddressRange[]): Part {
  return { all, open, size: sizeOfRanges(all), sizeOpen: sizeOfRanges(open) };
}

function fullness(held: HeldAddresses, { all, open, size, sizeOpen }: Part): Fullness {
  const using = BigInt(held.countIn(all));
  const available = sizeOpen - BigInt(held.countIn(open));
  return {
    using,
    available,
    excluded: size - using - available,
    size,
    usingRanges: again(() => held.runsIn(all)),
    availableRanges: again(() => rangesWithout(open, (within) => held.runsIn([within]))),
  };
}

/** To be read more than once, and only as far as somebody wants to know. */
function again(ranges: () => Iterable<AddressRange>): Iterable<AddressRange> {
  return { [Symbol.iterator]: () => ranges()[Symbol.iterator]() };
}

function heldIn(state: SubnetState, family: Family): HeldAddresses {
  const held = new HeldAddresses();
  for (const address of state.byAddress.keys()) if (familyOf(address) === family) held.add(address);
  return held;
}
