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
export type Kind = (typeof KINDS)[number];

/** What is compared as one. */
export type DueKey =
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
export type FamilyName = (typeof FAMILIES)[number];

/**
 * What one row stands for: the key under which it is compared, and which of that key's rows it is.
 *
 *     router/<name>
 *     subnet/<name>              subnet/<name>/port       subnet/<name>/router-port
 *     port/<subnet>/<holder>
 *     vip/<name>/ipv4 or /ipv6   vip/<name>/port          vip/<name>/router-port   vip/<name>/user
 *     rule/<subnet>/<name>/tcp   rule/<subnet>/<name>/tcp/<port> (its health check)
 */
export type RowKey = DueKey;

export const routerKey = (router: string): DueKey => `router/${router}`;
export const subnetKey = (subnet: string): DueKey => `subnet/${subnet}`;
export const portKey = (subnet: string, holder: Holder): DueKey => `port/${subnet}/${holder}`;
export const vipKey = (vip: string): DueKey => `vip/${vip}`;
/** Of the holder that a Vip is: the two are written alike. */
export const vipKeyOf = (holder: Holder): DueKey => holder as string as `vip/${string}`;
export const foreignKey = (port: string): DueKey => `foreign/${port}`;
export const ruleKey = (subnet: string, rule: string): DueKey => `rule/${subnet}/${rule}`;

/** What a row of ours is for. */
export interface Owner {
  readonly key: RowKey;
  /** The key under which it is compared with the ledger. */
  readonly due: DueKey;
}

interface Owned {
  readonly external_ids: { readonly [key: string]: string };
}

/**
 * `undefined`: the row is not ours. So is one with a key that this version does not know: a newer one's row is
 * not for us to judge.
 */
export function rowKeyOf(row: Owned): RowKey | undefined {
  return ownerOf(row)?.key;
}

/** `undefined`: the row is not ours. */
export function ownerOf({ external_ids: ids }: Owned): Owner | undefined {
  const text = Object.hasOwn(ids, OWNER_KEY) ? ids[OWNER_KEY] : undefined;
  if (text === undefined) return undefined;
  const [kind = '', name = '', ...more] = text.split('/');
  const due = dueKeyOf(kind, name, more);
  return due && { key: text as RowKey, due };
}

function dueKeyOf(kind: string, name: string, more: readonly string[]): DueKey | undefined {
  if (!isVipName(name)) return undefined;
  const [first = '', second, third] = more;
  switch (kind) {
    case 'router':
      return more.length === 0 ? routerKey(name) : undefined;
    case 'subnet':
      return more.length === 0 || isOnly(more, ['port', 'router-port']) ? subnetKey(name) : undefined;
    case 'vip':
      return isOnly(more, [...FAMILIES, 'port', 'router-port', 'user']) ? vipKey(name) : undefined;
    case 'port': {
      const holder = isSubnetName(name) ? parseHolder(more.join('/')) : undefined;
      return holder && portKey(name, holder);
    }
    case 'rule': {
      const isCheck = third === undefined || (/^\d{1,5}$/.test(third) && more.length === 3);
      const isRule = isVipName(first) && PROTOCOLS.some((protocol) => protocol === second) && isCheck;
      return isRule ? ruleKey(name, first) : undefined;
    }
    default:
      return undefined;
  }
}

const isOnly = (parts: readonly string[], allowed: readonly string[]): boolean =>
  parts.length === 1 && allowed.includes(parts[0]!);

export const kindOf = (key: DueKey): Kind => key.slice(0, key.indexOf('/')) as Kind;
/** What comes after the kind. */
export const nameOf = (key: DueKey): string => key.slice(key.indexOf('/') + 1);

/** Of a key that names a Subnet and something in it. */
export function partsOf(key: DueKey): { readonly subnet: string; readonly name: string } {
  const name = nameOf(key);
  const slash = name.indexOf('/');
  return { subnet: name.slice(0, slash), name: name.slice(slash + 1) };
}
