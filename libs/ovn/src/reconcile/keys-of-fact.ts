// `keysOf(fact)`: whose rows may have to be others because a fact was recorded. One key too many costs a comparison; one
// too few is found by the next resync, and is a bug.
import {
  type AddressPair,
  HEALTH_CHECK_SOURCE,
  type Holder,
  type LedgerView,
  type SubnetFact,
  type Touched,
  addressesOf,
  formatAddress,
  holdersOf,
  isVipHolder,
  touches,
} from '@holdfast/ipam';
import { attachmentOf } from '../actual/attachment';
import type { NorthboundRows } from '../actual/northbound-rows';
import type { LedgerRelations } from '../model/ledger-relations';
import { type NorthboundKey, northboundKey } from '../model/row-keys';
import { dependency } from '../plan/dependencies';

/** What the relations were before the fact. */
interface Former {
  readonly routers: readonly string[];
  readonly parents: readonly string[];
}

export class KeysOfFact {
  constructor(
    private readonly view: LedgerView,
    private readonly relations: LedgerRelations,
    private readonly rows: NorthboundRows,
    /** Whether rows of the key are known, or were. */
    private readonly isKnown: (key: NorthboundKey) => boolean,
  ) {}

  /** To be called once a fact, in order, when the view shows it: the relations take it in. */
  keysOf(fact: SubnetFact): readonly NorthboundKey[] {
    const { subnet, event } = fact;
    const touched = touches(event);
    const { definition, holder, vip, takes, gives, parent, user, rule } = touched;
    const former: Former = {
      routers: [...this.relations.routers.rightsOf(subnet)],
      parents: vip !== undefined && gives && !takes ? [...this.relations.parents.rightsOf(vip)] : [],
    };
    this.relations.apply(fact);
    if (definition) return this.ofSubnet(subnet, former);
    if (holder === undefined) return NO_KEYS;
    if (user !== undefined) return [keyOfHolder(subnet, holder)];
    if (vip === undefined) return takes || gives ? this.ofPorts(subnet, touched) : NO_KEYS;
    if (takes || gives) return this.ofVip(subnet, vip, former);
    if (rule !== undefined) return [northboundKey.vip(vip), northboundKey.rule(subnet, rule)];
    return parent === undefined ? NO_KEYS : [northboundKey.vip(vip), ...this.ofParent(parent)];
  }

  /** On what other plans may rest that the fact changed (plan/dependencies.ts). */
  dependenciesOf({ subnet, event }: SubnetFact): readonly string[] {
    const touched = touches(event);
    if (touched.definition) return [dependency.subnet(subnet)];
    if (touched.vip !== undefined || !(touched.takes ?? touched.gives)) return NO_DEPENDENCIES;
    return holdersOf(touched).flatMap(({ holder, takes, gives }) =>
      heldBy(
        subnet,
        holder,
        [takes, gives].filter((held) => held !== undefined),
      ),
    );
  }

  private ofSubnet(subnet: string, { routers }: Former): readonly NorthboundKey[] {
    const all = [...routers, ...this.relations.routers.rightsOf(subnet)];
    return [northboundKey.subnet(subnet), ...all.map(northboundKey.router)];
  }

  private ofVip(subnet: string, vip: string, { parents }: Former): readonly NorthboundKey[] {
    const ports = [...parents, ...this.relations.parents.rightsOf(vip)];
    const rules = [...(this.view.subnet(subnet)?.uses.rulesOf(vip) ?? [])];
    return [
      northboundKey.vip(vip),
      ...ports.flatMap((port) => this.ofParent(port)),
      ...rules.map((rule) => northboundKey.rule(subnet, rule)),
      ...this.ofRouterLed(subnet),
    ];
  }

  private ofParent(port: string): readonly NorthboundKey[] {
    const own = [...this.relations.ports.leftsOf(port)];
    return this.rows.portNamed(port) ? [...own, northboundKey.foreign(port)] : own;
  }

  /** Only the ports that lead to a router could have to answer for a Vip. */
  private ofRouterLed(subnet: string): readonly NorthboundKey[] {
    return this.rows.namedIn('Logical_Switch', subnet).flatMap((uuid) => {
      const attachment = attachmentOf(this.rows, uuid);
      if (!attachment) return [];
      const { owner, row } = attachment.port;
      return [owner?.due ?? northboundKey.foreign(row.name)];
    });
  }

  private ofPorts(subnet: string, touched: Touched): readonly NorthboundKey[] {
    return holdersOf(touched).flatMap(({ holder }) => this.ofPort(subnet, holder));
  }

  private ofPort(subnet: string, holder: Holder): readonly NorthboundKey[] {
    const key = northboundKey.port(subnet, holder);
    return this.relations.ports.rightsOf(key).size > 0 || this.isKnown(key) ? [key] : NO_KEYS;
  }
}

const NO_KEYS: readonly NorthboundKey[] = [];
const NO_DEPENDENCIES: readonly string[] = [];

function heldBy(subnet: string, holder: Holder, held: readonly AddressPair[]): readonly string[] {
  const addresses = held.flatMap(addressesOf).map((address) => formatAddress(address));
  return [
    ...(holder === HEALTH_CHECK_SOURCE ? [dependency.subnet(subnet)] : []),
    ...addresses.map((address) => dependency.held(subnet, address)),
  ];
}

/** Under which key the rows of what it holds are compared. */
const keyOfHolder = (subnet: string, holder: Holder): NorthboundKey =>
  isVipHolder(holder) ? northboundKey.vipHolder(holder) : northboundKey.port(subnet, holder);
