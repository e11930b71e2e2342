// What Holdfast's own rows in a Northbound say of who has which address: each carries the key of what it stands for, holder and all.
// Rows of others say nothing here.
import {
  type Address,
  type AddressPair,
  type Holder,
  type Mac,
  parseAddress,
  parseHolder,
  parseMac,
  vipHolder,
} from '@holdfast/ipam';
import { kindOfKey, nameOf, partsOf, rowOwnerOf, type SwitchPortRow } from '@holdfast/ovn/planning';
import type { SaidClaim } from '../plan/said-claim';
import type { NorthboundTables } from './snapshot';

/** What else a row says of its holder, for when it is recorded. */
export interface NorthboundClaim extends SaidClaim {
  readonly by: 'northbound';
  /** Of a Vip: the ports that may answer for it. */
  readonly parents?: readonly string[];
  /** Of a Vip: that a load balancer is behind it. */
  readonly isLoadBalanced?: boolean;
}

export function northboundClaims(tables: NorthboundTables): NorthboundClaim[] {
  const claims = new Map<string, NorthboundClaim>();
  const routerPorts = new Map([...tables.Logical_Router_Port.values()].map((row) => [row.name, row]));
  for (const { name: subnet, ports } of tables.Logical_Switch.values())
    for (const uuid of ports) {
      const row = tables.Logical_Switch_Port.get(uuid as string);
      const claim = row && claimOf(row, subnet, (port) => routerPorts.get(port));
      if (!claim) continue;
      const key = `${claim.subnet} ${claim.holder}`;
      claims.set(key, { ...claims.get(key), ...claim });
    }
  return [...claims.values()];
}

type RouterPort = { readonly mac: string; readonly networks: Iterable<string> } | undefined;

function claimOf(
  row: SwitchPortRow,
  subnet: string,
  routerPort: (name: string) => RouterPort,
): NorthboundClaim | undefined {
  const owner = rowOwnerOf(row);
  if (!owner) return undefined;
  const kind = kindOfKey(owner.due);
  const said = { by: 'northbound', subnet } as const;
  if (kind === 'port') {
    const holder = parseHolder(partsOf(owner.due).name);
    return holder && { ...said, holder, ...ownAddresses(row), ...portOfRow(row) };
  }
  if (kind !== 'vip') return undefined;
  const holder: Holder = vipHolder(nameOf(owner.due));
  const part = owner.key.split('/')[2];
  if (part === 'user') return { ...said, holder, ...ownAddresses(row) };
  if (part === 'port') {
    const leadsTo = routerPort(row.options['router-port'] ?? '');
    const networks = [...(leadsTo?.networks ?? [])].map((network) => network.split('/')[0] ?? '');
    return { ...said, holder, isLoadBalanced: true, ...held(networks, leadsTo?.mac ?? '') };
  }
  const parents = (row.options['virtual-parents'] ?? '').split(',').filter((port) => port !== '');
  return { ...said, holder, parents, ...held([row.options['virtual-ip'] ?? ''], '') };
}

const portOfRow = ({ name, port_security: security }: SwitchPortRow) => ({
  port: name,
  portSecurity: [...security].length > 0,
});

/** `addresses`: one text with the MAC and, after it, the addresses. */
function ownAddresses(row: SwitchPortRow): AddressPair & { readonly mac?: Mac } {
  const [mac = '', ...addresses] = ([...row.addresses][0] ?? '').split(' ');
  return held(addresses, mac);
}

function held(texts: readonly string[], macText: string): AddressPair & { readonly mac?: Mac } {
  const read: readonly (Address | undefined)[] = texts.map((text) => parseAddress(text));
  const v4 = read.find((address) => typeof address === 'number');
  const v6 = read.find((address) => typeof address === 'bigint');
  const mac = macText === '' ? undefined : parseMac(macText);
  return {
    ...(v4 !== undefined && { v4 }),
    ...(v6 !== undefined && { v6 }),
    ...(mac !== undefined && { mac }),
  };
}
