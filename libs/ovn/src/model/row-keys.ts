// Which rows are ours: those that carry our key in `external_ids`, and no others, whatever they are called. The
// key says what of the ledger a row stands for.
import { type Holder, PROTOCOLS, isSubnetName, isVipName, parseHolder } from '@holdfast/ipam';

export const OWNER_KEY = 'holdfast:key';
export const VENDOR = 'holdfast';

/** In somebody else's row: what of its `port_security` is from us. Addresses, space separated. */
export const ALLOWED_KEY = 'holdfast:allowed';
/** In somebody else's row: what of its `options:arp_proxy` is from us. Addresses, space separated. */
export const PROXIED_KEY = 'holdfast:arp-proxy';

/** Routers and switches come before what is on them, ports before the Vips that they are parents of. */
export const KINDS = ['router', 'subnet', 'port', 'vip', 'foreign', 'rule'] as const;
export type KeyKind = (typeof KINDS)[number];

/** What is compared as one. */
export type NorthboundKey =
  /** A Logical_Router of ours. */
  | `router/${string}`
  /** A Subnet: its switch, and the pair of ports by which that is on a router. */
  | `subnet/${string}`
  /** The Logical_Switch_Port of a holder: `port/<subnet>/<holder>`. */
  | `port/${string}/${string}`
  | `vip/${string}`
  /** What is ours in a Logical_Switch_Port of somebody else, by its name. */
  | `foreign/${string}`
  /** `rule/<subnet>/<rule>` */
  | `rule/${string}/${string}`;

export const FAMILIES = ['ipv4', 'ipv6'] as const;
export type VirtualPortFamily = (typeof FAMILIES)[number];

/**
 * What one row stands for: the key under which it is compared, and which of that key's rows it is.
 *
 *     router/<name>
 *     subnet/<name>              subnet/<name>/port       subnet/<name>/router-port
 *     port/<subnet>/<holder>
 *     vip/<name>/ipv4 or /ipv6   vip/<name>/port          vip/<name>/router-port   vip/<name>/user
 *     rule/<subnet>/<name>/tcp   rule/<subnet>/<name>/tcp/<port> (its health check)
 */
export type RowKey = NorthboundKey;

export const northboundKey = {
  router: (router: string): NorthboundKey => `router/${router}`,
  subnet: (subnet: string): NorthboundKey => `subnet/${subnet}`,
  port: (subnet: string, holder: Holder): NorthboundKey => `port/${subnet}/${holder}`,
  vip: (vip: string): NorthboundKey => `vip/${vip}`,
  /** Of the holder that a Vip is: the two are written alike. */
  vipHolder: (holder: Holder): NorthboundKey => holder as string as `vip/${string}`,
  foreign: (port: string): NorthboundKey => `foreign/${port}`,
  rule: (subnet: string, rule: string): NorthboundKey => `rule/${subnet}/${rule}`,
} as const;

/** What a row of ours is for. */
export interface RowOwner {
  readonly key: RowKey;
  /** The key under which it is compared with the ledger. */
  readonly due: NorthboundKey;
}

interface Owned {
  readonly external_ids: { readonly [key: string]: string };
}

/**
 * `undefined`: the row is not ours. So is one with a key that this version does not know: a newer one's row is
 * not for us to judge.
 */
export function rowKeyOf(row: Owned): RowKey | undefined {
  return rowOwnerOf(row)?.key;
}

/** `undefined`: the row is not ours. */
export function rowOwnerOf({ external_ids: ids }: Owned): RowOwner | undefined {
  const text = Object.hasOwn(ids, OWNER_KEY) ? ids[OWNER_KEY] : undefined;
  if (text === undefined) return undefined;
  const [kind = '', name = '', ...more] = text.split('/');
  const due = dueKeyOf(kind, name, more);
  return due && { key: text as RowKey, due };
}

function dueKeyOf(kind: string, name: string, more: readonly string[]): NorthboundKey | undefined {
  if (!isVipName(name)) return undefined;
  const [first = '', second, third] = more;
  switch (kind) {
    case 'router':
      return more.length === 0 ? northboundKey.router(name) : undefined;
    case 'subnet':
      return more.length === 0 || isOnly(more, ['port', 'router-port'])
        ? northboundKey.subnet(name)
        : undefined;
    case 'vip':
      return isOnly(more, [...FAMILIES, 'port', 'router-port', 'user']) ? northboundKey.vip(name) : undefined;
    case 'port': {
      const holder = isSubnetName(name) ? parseHolder(more.join('/')) : undefined;
      return holder && northboundKey.port(name, holder);
    }
    case 'rule': {
      const isCheck = third === undefined || (/^\d{1,5}$/.test(third) && more.length === 3);
      const isRule = isVipName(first) && PROTOCOLS.some((protocol) => protocol === second) && isCheck;
      return isRule ? northboundKey.rule(name, first) : undefined;
    }
    default:
      return undefined;
  }
}

const isOnly = (parts: readonly string[], allowed: readonly string[]): boolean =>
  parts.length === 1 && allowed.includes(parts[0]!);

export const kindOfKey = (key: NorthboundKey): KeyKind => key.slice(0, key.indexOf('/')) as KeyKind;
/** What comes after the kind. */
export const nameOf = (key: NorthboundKey): string => key.slice(key.indexOf('/') + 1);

/** Of a key that names a Subnet and something in it. */
export function partsOf(key: NorthboundKey): { readonly subnet: string; readonly name: string } {
  const name = nameOf(key);
  const slash = name.indexOf('/');
  return { subnet: name.slice(0, slash), name: name.slice(slash + 1) };
}
