// Who holds an address: a typed identity. Its one form is text, `kind/.../name[@nic]`, but the type can only be
// made by the functions below, so that a bare string never passes for a holder.

declare const brand: unique symbol;
export type Holder = string & { readonly [brand]: 'Holder' };

/** What a holder is made of. `namespace` is absent for cluster-wide kinds, `nic` for the first interface. */
export interface HolderParts {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** StatefulSets: which of its Pods. */
  readonly ordinal?: number;
  readonly nic?: string;
}

/** Kinds that live outside any namespace. */
const CLUSTER_KINDS = new Set(['vip', 'node']);
const ORDINAL_KINDS = new Set(['statefulset']);

const PARTS = ['kind', 'namespace', 'name', 'ordinal', 'nic'] as const;

const KIND = /^[a-z][a-z0-9-]{0,62}$/;
/** Kubernetes and OVN names, UUIDs: what every neighbour's identifiers have in common. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,251}[A-Za-z0-9])?$/;
const ORDINAL = /^(0|[1-9]\d{0,8})$/;

export const vipHolder = (name: string): Holder => `vip/${name}` as Holder;

const VIP_PREFIX = 'vip/';

export const isVipHolder = (holder: Holder): boolean => holder.startsWith(VIP_PREFIX);

/** The name of the Vip that is the holder, if one is. */
export function vipNameOf(holder: Holder): string | undefined {
  if (!isVipHolder(holder)) return undefined;
  const nic = holder.indexOf('@');
  return nic < 0 ? holder.slice(VIP_PREFIX.length) : holder.slice(VIP_PREFIX.length, nic);
}

/** Writes the canonical form. `undefined` when a part is missing, superfluous or has characters that no name has. */
export function toHolder(parts: HolderParts): Holder | undefined {
  const path = [parts.kind, parts.namespace, parts.name, parts.ordinal].filter((part) => part !== undefined);
  const holder = parseHolder(path.join('/') + (parts.nic === undefined ? '' : `@${parts.nic}`));
  if (holder === undefined) return undefined;
  // A part that holds a separator would read back as two.
  const read = holderParts(holder);
  return PARTS.every((part) => read[part] === parts[part]) ? holder : undefined;
}

/** Reads `vip/web`, `node/n1`, `pod/default/web-0`, `statefulset/default/web/0`, `octavia/project/lb-7@eth1`. */
export function parseHolder(text: string): Holder | undefined {
  const [path = '', nic, ...more] = text.split('@');
  const [kind = '', ...names] = path.split('/');
  if (more.length > 0 || !KIND.test(kind) || (nic !== undefined && !NAME.test(nic))) return undefined;
  if (ORDINAL_KINDS.has(kind) && !ORDINAL.test(names.pop() ?? '')) return undefined;
  const namesExpected = CLUSTER_KINDS.has(kind) ? 1 : 2;
  const wellFormed = names.length === namesExpected && names.every((name) => NAME.test(name));
  return wellFormed ? (text as Holder) : undefined;
}

export function holderParts(holder: Holder): HolderParts {
  const [path = '', nic] = holder.split('@');
  const [kind = '', ...names] = path.split('/');
  const ordinal = ORDINAL_KINDS.has(kind) ? Number(names.pop()) : undefined;
  const name = names.pop() ?? '';
  const [namespace] = names;
  return {
    kind,
    ...(namespace !== undefined && { namespace }),
    name,
    ...(ordinal !== undefined && { ordinal }),
    ...(nic !== undefined && { nic }),
  };
}
