// A subnet's commands and events written as text, as people write them. For tests and demonstrations: text that
// cannot be read throws, where the product's edges answer with a rejection.
import {
  type Address,
  type AddressRange,
  type Cidr,
  type Family,
  type Mac,
  deriveMac,
  familyOf,
  parseAddress,
  parseCidr,
  parseMac,
  parseRange,
  subnetOctet,
} from '../address';
import { type Holder, parseHolder } from '../holder';
import type { Labels } from '../label';
import type {
  AddressMoved,
  AddressReleased,
  AddressReserved,
  DefinePool,
  DefineSubnet,
  HeldAddress,
  MoveAddress,
  ReleaseAddress,
  ReleaseVip,
  ReserveAddress,
  ReserveVip,
  RetirePool,
  RetireSubnet,
  ReviseSubnet,
  ReviseVip,
  SubnetDefined,
  SubnetRevised,
  User,
  VipPurpose,
  VipReleased,
  VipReserved,
  VipRevised,
  YieldVipName,
} from '../subnet';
import { parseRetention } from '../subnet';

export interface DefinitionText {
  readonly cidrs?: readonly string[];
  readonly gateways?: readonly string[];
  readonly excluded?: readonly string[];
  readonly coolingMs?: number;
  readonly router?: string;
  readonly retention?: string;
  /** Of `define`. */
  readonly labels?: Labels;
}

/** "10.16.0.5 fd00::5": at most one address a family, in any order; "" for none. */
export type PairText = string;

export interface RequestText {
  readonly mac?: string;
  readonly families?: readonly Family[];
  readonly pool?: string;
  /** Of what is reserved. */
  readonly labels?: Labels;
}

export interface ReserveText extends RequestText {
  readonly port?: string;
  readonly portSecurity?: boolean;
  readonly prefersFormer?: boolean;
  readonly user?: User;
  readonly migrates?: boolean;
}

export type MoveText = Pick<ReserveText, 'mac' | 'port' | 'portSecurity' | 'user' | 'migrates'>;

export interface VipText extends Partial<VipPurpose>, RequestText {
  readonly claim?: number;
}

/** Why the addresses of these scenarios are released. */
const REASON = 'no longer wanted';

export const cidr = (text: string): Cidr => must(parseCidr(text), text);
export const address = (text: string): Address => must(parseAddress(text), text);
export const range = (text: string): AddressRange => must(parseRange(text), text);
export const mac = (text: string): Mac => must(parseMac(text), text);
export const holder = (text: string): Holder => must(parseHolder(text), text);

export function pair(text: PairText): { readonly v4?: number; readonly v6?: bigint } {
  const read = text.split(/[ ,]+/).filter(Boolean).map(address);
  const v4 = read.find((one) => familyOf(one) === 4) as number | undefined;
  const v6 = read.find((one) => familyOf(one) === 6) as bigint | undefined;
  return { ...(v4 !== undefined && { v4 }), ...(v6 !== undefined && { v6 }) };
}

/** The commands that may be sent to the subnet. */
export function commandsTo(subnet: string) {
  return {
    define: (cidrs: string, rest: Omit<DefinitionText, 'cidrs'> = {}): DefineSubnet => ({
      type: 'DefineSubnet',
      subnet,
      cidrs: cidrs.split(/[ ,]+/).map(cidr),
      ...definition(rest),
    }),
    revise: (changes: DefinitionText): ReviseSubnet => ({
      type: 'ReviseSubnet',
      subnet,
      ...definition(changes),
    }),
    definePool: (
      name: string,
      ranges: string,
      namespaces: readonly string[] = [],
      labels?: Labels,
    ): DefinePool => ({
      type: 'DefinePool',
      subnet,
      name,
      ranges: ranges.split(' ').map(range),
      namespaces,
      ...(labels && { labels }),
    }),
    retirePool: (name: string): RetirePool => ({ type: 'RetirePool', subnet, name }),
    retire: (): RetireSubnet => ({ type: 'RetireSubnet', subnet }),
    reserve: (who: string, addresses: PairText = '', rest: ReserveText = {}): ReserveAddress => ({
      type: 'ReserveAddress',
      subnet,
      holder: holder(who),
      ...request(addresses, rest),
      ...use(rest),
      ...(rest.prefersFormer !== undefined && { prefersFormer: rest.prefersFormer }),
    }),
    move: (who: string, addresses: PairText, rest: MoveText = {}): MoveAddress => ({
      type: 'MoveAddress',
      subnet,
      holder: holder(who),
      ...request(addresses, rest),
      ...use(rest),
    }),
    release: (who: string, reason = REASON): ReleaseAddress => ({
      type: 'ReleaseAddress',
      subnet,
      holder: holder(who),
      reason,
    }),
    reserveVip: (
      name: string,
      addresses: PairText = '',
      { claim = 0, ...rest }: VipText = {},
    ): ReserveVip => ({
      type: 'ReserveVip',
      subnet,
      name,
      claim,
      ...purpose(rest),
      ...request(addresses, rest),
    }),
    reviseVip: (
      name: string,
      addresses: PairText = '',
      rest: Omit<VipText, 'claim' | 'families'> = {},
    ): ReviseVip => ({ type: 'ReviseVip', subnet, name, ...purpose(rest), ...request(addresses, rest) }),
    releaseVip: (name: string, reason = REASON): ReleaseVip => ({ type: 'ReleaseVip', subnet, name, reason }),
    yieldVipName: (name: string, claim = 0): YieldVipName => ({ type: 'YieldVipName', subnet, name, claim }),
  };
}

/** Events of the subnet. A MAC that is not said is the one derived from the address (IPv4 first). */
export function eventsOf(subnet: string) {
  const held = (addresses: PairText, macText?: string): HeldAddress => {
    const { v4, v6 } = pair(addresses);
    const derived = (): Mac => deriveMac(subnetOctet(subnet), must(v4 ?? v6, addresses));
    return { v4, v6, mac: macText === undefined ? derived() : mac(macText) };
  };
  return {
    held,
    defined: (rest: DefinitionText): SubnetDefined => ({ type: 'SubnetDefined', ...whole(rest) }),
    revised: (rest: DefinitionText): SubnetRevised => ({ type: 'SubnetRevised', ...whole(rest) }),
    reserved: (who: string, addresses: PairText, macText?: string): AddressReserved => ({
      type: 'AddressReserved',
      holder: holder(who),
      ...held(addresses, macText),
    }),
    moved: (who: string, to: HeldAddress, from: HeldAddress): AddressMoved => ({
      type: 'AddressMoved',
      holder: holder(who),
      ...to,
      from,
    }),
    released: (who: string, was: HeldAddress, reason = REASON): AddressReleased => ({
      type: 'AddressReleased',
      holder: holder(who),
      ...was,
      reason,
    }),
    vipReserved: (name: string, to: HeldAddress, { claim = 0, ...rest }: VipText = {}): VipReserved => ({
      type: 'VipReserved',
      name,
      claim,
      owner: null,
      ...purpose(rest),
      ...to,
    }),
    vipRevised: (
      name: string,
      to: HeldAddress,
      from: HeldAddress,
      rest: Partial<VipPurpose> = {},
    ): VipRevised => ({ type: 'VipRevised', name, ...purpose(rest), ...to, from }),
    vipReleased: (name: string, was: HeldAddress, claim = 0, reason = REASON): VipReleased => ({
      type: 'VipReleased',
      name,
      claim,
      ...was,
      reason,
    }),
  };
}

function definition({ cidrs, gateways, excluded, coolingMs, router, retention, labels }: DefinitionText) {
  return {
    ...(cidrs && { cidrs: cidrs.map(cidr) }),
    ...(gateways && { gateways: gateways.map(address) }),
    ...(excluded && { excluded: excluded.map(range) }),
    ...(coolingMs !== undefined && { coolingMs }),
    ...(router !== undefined && { router }),
    ...(retention !== undefined && { retention: must(parseRetention(retention), retention) }),
    ...(labels && { labels }),
  };
}

const whole = (rest: DefinitionText) => ({
  cidrs: [],
  gateways: [],
  excluded: [],
  coolingMs: 0,
  ...definition(rest),
});

function request(addresses: PairText, { mac: macText, families, pool, labels }: RequestText) {
  return {
    ...pair(addresses),
    ...(macText !== undefined && { mac: mac(macText) }),
    ...(families && { families }),
    ...(pool !== undefined && { pool }),
    ...(labels && { labels }),
  };
}

const use = ({ port, portSecurity, user, migrates }: MoveText) => ({
  ...(port !== undefined && { port }),
  ...(portSecurity !== undefined && { portSecurity }),
  ...(user && { user }),
  ...(migrates && { migrates }),
});

const purpose = ({ vipType = '', namespace, selector = [], note }: Partial<VipPurpose>): VipPurpose => ({
  vipType,
  ...(namespace !== undefined && { namespace }),
  selector,
  ...(note !== undefined && { note }),
});

function must<Value>(value: Value | undefined, text: string): Value {
  if (value === undefined) throw new TypeError(`cannot be read: ${JSON.stringify(text)}`);
  return value;
}
