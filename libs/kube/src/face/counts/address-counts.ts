// How full Subnets and pools are, per family: how many addresses are held and how many are to be had, and which. Numbers and
// ranges are of one view at one position, so that they add up: held and to be had together are all that is not excluded, and
// the excluded ones that are held. Fed by facts; what a fact costs does not depend on how many addresses there are.
import {
  type Address,
  addressesOf,
  type AddressRange,
  countAddresses,
  type Family,
  familyOf,
  type LedgerView,
  type SubnetEvent,
  type SubnetFact,
  type SubnetState,
  usableRange,
} from '@holdfast/ipam';
import { ascending, rangesText, without } from './address-ranges';
import { HeldAddresses } from './held-addresses';

/** Of one family. Numbers above 2^53 are rounded, as JSON numbers are. */
export interface Fullness {
  readonly using: number;
  readonly available: number;
  /** "a-b,c", at most RANGES_MAX of them. */
  readonly usingRange: string;
  readonly availableRange: string;
}

/** Of a family that is not there. */
const NONE: Fullness = { using: 0, available: 0, usingRange: '', availableRange: '' };

interface Known {
  /** Of which all this is. */
  readonly definition: SubnetState['definition'];
  readonly held: HeldAddresses;
  /** What may be had when nobody holds anything. */
  readonly open: readonly AddressRange[];
  readonly block: AddressRange;
  /** Texts of the whole Subnet, as long as `version` is the one of `held`. */
  texts?: { readonly version: number } & Pick<Fullness, 'usingRange' | 'availableRange'>;
}

export class AddressCounts {
  private readonly known = new Map<string, Known>();

  constructor(private readonly view: () => LedgerView) {}

  /** To be told of every fact. Only who was asked about before is kept up to date. */
  happened({ subnet, event }: SubnetFact): void {
    for (const address of givenUp(event))
      this.known.get(keyOf(subnet, familyOf(address)))?.held.delete(address);
    for (const address of taken(event)) this.known.get(keyOf(subnet, familyOf(address)))?.held.add(address);
    if (event.type === 'SubnetRetired')
      for (const family of [4, 6] as const) this.known.delete(keyOf(subnet, family));
  }

  ofSubnet(name: string, family: Family): Fullness {
    const state = this.view().subnet(name);
    const counts = state && countAddresses(state, family);
    const known = state && this.knownOf(state, family);
    if (!counts || !known) return NONE;
    const { using, available } = counts;
    return { using: Number(using), available: Number(available), ...textsOf(known) };
  }

  /** @param pool of that Subnet; of one that is not there nothing is held or to be had */
  ofPool(name: string, pool: string, family: Family): Fullness {
    const state = this.view().subnet(name);
    const known = state && this.knownOf(state, family);
    const space = state?.space(family);
    if (!known || !space) return NONE;
    const { held, open } = known;
    const ranges = space.rangesOf(pool);
    const mine = [...intersection(ranges, open)];
    const countIn = (all: readonly AddressRange[]): number =>
      all.reduce((sum, range) => sum + held.countWithin(range), 0);
    return {
      using: countIn(ranges),
      available: Number(space.sizeOfPool(pool)) - countIn(mine),
      usingRange: rangesText(runsWithin(ranges, held)),
      availableRange: rangesText(without(mine, (within) => held.runs(within))),
    };
  }

  /** Of what is held all is counted anew only where it was not known, or where a fact was missed. */
  private knownOf(state: SubnetState, family: Family): Known | undefined {
    const { definition, name } = state;
    const cidr = definition?.cidrs.find((it) => it.family === family);
    if (!definition || !cidr) return undefined;
    const key = keyOf(name, family);
    const before = this.known.get(key);
    const isWhole = before?.held.size === state.heldCounts(family).held;
    if (before && isWhole && before.definition === definition) return before;
    const held = before && isWhole ? before.held : heldIn(state, family);
    const gateways = definition.gateways.map((it) => ({ first: it, last: it }));
    const excluded = [...definition.excluded, ...gateways].filter(({ first }) => familyOf(first) === family);
    const block = usableRange(cidr);
    const open = [...without([block], () => ascending(excluded))];
    const known = { definition, held, open, block };
    this.known.set(key, known);
    return known;
  }
}

function textsOf(known: Known): Pick<Fullness, 'usingRange' | 'availableRange'> {
  const { held, open, block, texts } = known;
  if (texts?.version === held.version)
    return { usingRange: texts.usingRange, availableRange: texts.availableRange };
  const usingRange = rangesText(held.runs(block));
  const availableRange = rangesText(without(open, (within) => held.runs(within)));
  known.texts = { version: held.version, usingRange, availableRange };
  return { usingRange, availableRange };
}

function heldIn(state: SubnetState, family: Family): HeldAddresses {
  const held = new HeldAddresses();
  for (const address of state.byAddress.keys()) if (familyOf(address) === family) held.add(address);
  return held;
}

function* runsWithin(ranges: readonly AddressRange[], held: HeldAddresses): Iterable<AddressRange> {
  for (const range of ranges) yield* held.runs(range);
}

/** Of two that are ascending and without overlap each. */
function* intersection(
  left: readonly AddressRange[],
  right: readonly AddressRange[],
): Iterable<AddressRange> {
  for (const one of left) {
    for (const other of right) {
      const first = one.first > other.first ? one.first : other.first;
      const last = one.last < other.last ? one.last : other.last;
      if (first <= last) yield { first, last };
    }
  }
}

function taken(event: SubnetEvent): Address[] {
  const { type } = event;
  const isTaking = type === 'AddressReserved' || type === 'VipReserved';
  return isTaking || type === 'AddressMoved' || type === 'VipRevised' ? addressesOf(event) : [];
}

function givenUp(event: SubnetEvent): Address[] {
  const { type } = event;
  if (type === 'AddressMoved' || type === 'VipRevised') return addressesOf(event.from);
  return type === 'AddressReleased' || type === 'VipReleased' ? addressesOf(event) : [];
}

const keyOf = (subnet: string, family: Family): string => `${subnet}/${family}`;
