// The ledger, the Northbound and the cluster beside each other, address by address: what all of them say alike, what only one side
// shows, and of what it cannot be said whose it is. Pure; it decides nothing, and asks nobody.
//
//   an address that two are said to hold, or a holder that two sides show with different addresses: disputed,
//   and with it all else that these holders are said to have: a pair is had whole, or not at all
import {
  type Address,
  addressesOf,
  familyOf,
  formatAddress,
  type Holder,
  type WithheldParty,
} from '@holdfast/ipam';
import { type SaidClaim, SAYERS, type Sayer } from '../plan/said-claim';

export const ROW_STATES = [
  /** The ledger has it so, and whoever shows it shows the same. */
  'agrees',
  /** It is shown, and nobody holds it in the ledger. */
  'not recorded',
  /** The same, and its holder holds something else in the ledger. */
  'moved',
  /** The ledger has it, and no side shows it. */
  'not shown',
  /** It is said of more than one holder, or belongs to what is. */
  'disputed',
  /** It was withheld before, and is given to nobody until it is settled. */
  'withheld',
] as const;
export type RowState = (typeof ROW_STATES)[number];

export interface RecoveryRow {
  readonly subnet: string;
  readonly address: Address;
  readonly state: RowState;
  /** Who is said to hold it, by whom, and with all that goes with it. */
  readonly parties: readonly WithheldParty[];
}

/** An address that the ledger withholds. */
export interface KnownWithheld {
  readonly subnet: string;
  readonly address: Address;
  readonly parties: readonly WithheldParty[];
}

/** In the order of subnet and address. */
export function compareClaims(
  claims: readonly SaidClaim[],
  withheld: readonly KnownWithheld[] = [],
): RecoveryRow[] {
  const subnets = new Set([...claims, ...withheld].map(({ subnet }) => subnet));
  return [...subnets].sort().flatMap((subnet) => {
    const isOf = (one: { readonly subnet: string }): boolean => one.subnet === subnet;
    return new SubnetComparison(subnet, claims.filter(isOf), withheld.filter(isOf)).rows();
  });
}

class SubnetComparison {
  private readonly byAddress = new Map<Address, SaidClaim[]>();
  private readonly byHolder: ReadonlyMap<Holder, readonly SaidClaim[]>;
  private readonly withheld: ReadonlyMap<Address, KnownWithheld>;
  private readonly disputed = new Set<Address>();

  constructor(
    private readonly subnet: string,
    claims: readonly SaidClaim[],
    withheld: readonly KnownWithheld[],
  ) {
    this.byHolder = Map.groupBy(claims, ({ holder }) => holder);
    for (const claim of claims)
      for (const address of addressesOf(claim)) {
        const known = this.byAddress.get(address);
        if (known) known.push(claim);
        else this.byAddress.set(address, [claim]);
      }
    this.withheld = new Map(withheld.map((one) => [one.address, one]));
    this.spread([...this.contested(), ...this.leftOfWithheld()]);
  }

  rows(): RecoveryRow[] {
    const all = new Set([...this.byAddress.keys(), ...this.withheld.keys()]);
    return [...all].sort(inSequence).map((address) => this.row(address));
  }

  private row(address: Address): RecoveryRow {
    const { subnet, withheld } = this;
    const known = withheld.get(address);
    if (known) return { subnet, address, state: 'withheld', parties: known.parties };
    const claims = this.byAddress.get(address) ?? [];
    return { subnet, address, state: this.stateOf(address, claims), parties: this.parties(claims) };
  }

  private stateOf(address: Address, claims: readonly SaidClaim[]): RowState {
    if (this.disputed.has(address)) return 'disputed';
    const isRecorded = claims.some(({ by }) => by === 'ledger');
    const isShown = claims.some(({ by }) => by !== 'ledger');
    if (isRecorded) return isShown ? 'agrees' : 'not shown';
    const ofHolder = this.byHolder.get(claims[0]!.holder) ?? [];
    const hasOther = ofHolder.some(({ by }) => by === 'ledger');
    return hasOther ? 'moved' : 'not recorded';
  }

  private contested(): Address[] {
    const found: Address[] = [];
    for (const [address, claims] of this.byAddress)
      if (!this.withheld.has(address) && new Set(claims.map(({ holder }) => holder)).size > 1)
        found.push(address);
    for (const claims of this.byHolder.values())
      for (const family of [4, 6] as const) {
        const shown = claims.filter(({ by }) => by !== 'ledger').map((claim) => inFamily(claim, family));
        const isOpen = (address: Address | undefined): address is Address =>
          address !== undefined && !this.withheld.has(address);
        const addresses = new Set(shown.filter(isOpen));
        if (addresses.size > 1) found.push(...addresses);
      }
    return found;
  }

  /** What is shown of a party beside its withheld address, and was never recorded: the other half of a pair. */
  private leftOfWithheld(): Address[] {
    const parties = new Set([...this.withheld.values()].flatMap((one) => one.parties));
    return [...new Set([...parties].map(({ holder }) => holder))].flatMap((holder) => {
      const claims = this.byHolder.get(holder) ?? [];
      const recorded = new Set(claims.filter(({ by }) => by === 'ledger').flatMap(addressesOf));
      const besides = claims.filter((claim) => addressesOf(claim).some((it) => this.withheld.has(it)));
      return besides.flatMap(addressesOf).filter((it) => !recorded.has(it));
    });
  }

  /** To all that the holders of it are said to have, and their rivals. */
  private spread(from: readonly Address[]): void {
    const pending = [...from];
    for (let address = pending.pop(); address !== undefined; address = pending.pop()) {
      if (this.disputed.has(address) || this.withheld.has(address)) continue;
      this.disputed.add(address);
      for (const { holder } of this.byAddress.get(address) ?? [])
        for (const claim of this.byHolder.get(holder) ?? []) pending.push(...addressesOf(claim));
    }
  }

  /** One a holder, and two where it is said to have different things. */
  private parties(claims: readonly SaidClaim[]): WithheldParty[] {
    const said = Map.groupBy(claims, ({ holder, v4, v6 }) => `${holder} ${v4 ?? ''} ${v6 ?? ''}`);
    return [...said.values()].map((alike) => {
      const { holder, v4, v6 } = alike[0]!;
      // What a Pod was told is what its interface has.
      const macs = alike.toSorted((a, b) => SAYERS.indexOf(b.by) - SAYERS.indexOf(a.by));
      const mac = macs.find((claim) => claim.mac !== undefined)?.mac;
      const ported = macs.find((claim) => claim.port !== undefined);
      const saidBy: Sayer[] = SAYERS.filter((sayer) => alike.some(({ by }) => by === sayer));
      return {
        ...{ holder, saidBy },
        ...(v4 !== undefined && { v4 }),
        ...(v6 !== undefined && { v6 }),
        ...(mac !== undefined && { mac }),
        ...(ported && { port: ported.port!, portSecurity: ported.portSecurity ?? false }),
      };
    });
  }
}

const inFamily = ({ v4, v6 }: SaidClaim, family: 4 | 6): Address | undefined => (family === 4 ? v4 : v6);

/** IPv4 first, ascending. */
function inSequence(a: Address, b: Address): number {
  if (familyOf(a) !== familyOf(b)) return familyOf(a) - familyOf(b);
  return a < b ? -1 : 1;
}

/** For people: `10.16.0.5 (vip/web by ledger, pod/default/a by kubernetes)`. */
export const rowText = ({ address, parties }: RecoveryRow): string =>
  `${formatAddress(address)} (${parties.map(partyText).join(', ')})`;

export const partyText = ({ holder, saidBy }: WithheldParty): string => `${holder} by ${saidBy.join('+')}`;
