// What the ledger has already, as its API tells it (libs/api, in texts), made into the state that decisions are taken on:
// what import would ask can then be tried beforehand, by the same rules as the server's.
import {
  type Holder,
  parseAddress,
  parseCidr,
  parseHolder,
  parseMac,
  parseRange,
  parseRetention,
  type SubnetEvent,
  SubnetFold,
  type User,
  VIP_TYPES,
  type VipPurpose,
} from '@holdfast/ipam';

/** A Subnet as the API presents it. */
export interface LedgerSubnet {
  readonly name: string;
  readonly cidrs: readonly string[];
  readonly gateways: readonly string[];
  readonly excluded: readonly string[];
  readonly coolingMs: number;
  readonly router?: string;
  readonly retention?: string;
  readonly pools: readonly {
    readonly name: string;
    readonly ranges: readonly string[];
    readonly namespaces: readonly string[];
  }[];
}

export interface LedgerReservation {
  readonly subnet: string;
  readonly holder: string;
  readonly v4?: string;
  readonly v6?: string;
  readonly mac: string;
  readonly port?: string;
  readonly portSecurity?: boolean;
  /** The primary one first. */
  readonly users: readonly User[];
  /** Whether it stays until somebody releases it. */
  readonly isForEver: boolean;
  /** It is kept though nobody uses it; `owner`: of a Vip, whose users may have it meanwhile. */
  readonly retained?: { readonly owner?: Holder };
}

export interface LedgerVip {
  readonly name: string;
  readonly type: string;
  readonly namespace?: string;
  readonly selector: readonly string[];
  readonly note: string;
  /** Names of the ports that may answer for it, where they were asked for. */
  readonly parents?: readonly string[];
}

export interface LedgerContents {
  /** Of the log, when this was told; '' before its first event. */
  readonly position?: string;
  readonly subnets: readonly LedgerSubnet[];
  /** Vips' among them. */
  readonly reservations: readonly LedgerReservation[];
  readonly vips: readonly LedgerVip[];
}

/** Something that happened in a Subnet, or would happen. */
export interface SubnetStep {
  readonly subnet: string;
  readonly event: SubnetEvent;
}

/** What makes the ledger what it is, as short as can be. @throws TypeError when it told something that nobody can read */
export function* stepsTo({ subnets, reservations, vips }: LedgerContents): Iterable<SubnetStep> {
  const byName = new Map(vips.map((vip) => [vip.name, vip]));
  const known = new Set(subnets.map(({ name }) => name));
  for (const subnet of subnets) yield { subnet: subnet.name, event: defined(subnet) };
  for (const reservation of reservations) {
    const { subnet } = reservation;
    if (!known.has(subnet)) continue;
    for (const event of eventsOf(reservation, byName)) yield { subnet, event };
  }
}

/** The ledger's states, Subnet by Subnet. @throws TypeError when the server told something that nobody can read */
export function statesOf(ledger: LedgerContents): Map<string, SubnetFold> {
  const states = new Map<string, SubnetFold>();
  for (const { subnet, event } of stepsTo(ledger)) {
    let state = states.get(subnet);
    if (!state) states.set(subnet, (state = new SubnetFold(subnet)));
    state.evolve(event, 0);
  }
  return states;
}

function defined(subnet: LedgerSubnet): SubnetEvent {
  const { cidrs, gateways, excluded, coolingMs, router, retention, pools } = subnet;
  return {
    type: 'SubnetDefined',
    cidrs: cidrs.map((text) => sure(parseCidr(text), text)),
    gateways: gateways.map((text) => sure(parseAddress(text), text)),
    excluded: excluded.map((text) => sure(parseRange(text), text)),
    coolingMs,
    ...(router !== undefined && { router }),
    ...(retention !== undefined && { retention: sure(parseRetention(retention), retention) }),
    pools: pools.map(({ name, ranges, namespaces }) => {
      return { name, namespaces, ranges: ranges.map((text) => sure(parseRange(text), text)) };
    }),
  };
}

function* eventsOf(
  { holder: text, v4, v6, mac, port, portSecurity, users, isForEver, retained }: LedgerReservation,
  vips: ReadonlyMap<string, LedgerVip>,
): Iterable<SubnetEvent> {
  const holder: Holder = sure(parseHolder(text), text);
  const held = {
    ...(v4 !== undefined && { v4: sure(parseAddress(v4), v4) as number }),
    ...(v6 !== undefined && { v6: sure(parseAddress(v6), v6) as bigint }),
    mac: sure(parseMac(mac), mac),
  };
  const name = holder.startsWith('vip/') ? holder.slice('vip/'.length) : undefined;
  const vip = name === undefined ? undefined : vips.get(name);
  if (vip) yield { type: 'VipReserved', name: vip.name, claim: 0, ...purposeOf(vip), ...held };
  else yield { type: 'AddressReserved', holder, ...held, ...(port !== undefined && { port, portSecurity }) };
  for (const parent of vip?.parents ?? [])
    yield { type: 'ParentGranted', vip: vip?.name ?? '', port: parent, grantor: 'explicit' };
  for (const user of users.toReversed()) yield { type: 'UserAttached', holder, user, isPrimary: true };
  if (retained)
    yield {
      ...{ type: 'ReservationRetained', holder, retention: { keep: 'owner' }, reason: '' },
      ...(retained.owner && { owner: retained.owner }),
    };
  if (isForEver) yield { type: 'RetentionSet', holder, retention: { keep: 'forever' } };
}

function purposeOf({ type, namespace, selector, note }: LedgerVip): VipPurpose {
  const vipType = sure(
    VIP_TYPES.find((known) => known === type),
    type,
  );
  return {
    ...{ vipType, selector },
    ...(namespace !== undefined && { namespace }),
    ...(note !== '' && { note }),
  };
}

function sure<Value>(value: Value | undefined, text: string): Value {
  if (value === undefined) throw new TypeError(`the ledger told ${JSON.stringify(text)}`);
  return value;
}
