// What the ports of each switch claim there: MACs, addresses, virtual addresses, and the router that they lead to.
// Two claims to one thing are what OVN settles at random, so there is an index for each; who is right, it does not
// know.
import { type Address, type Mac, parseAddress, parseMac } from '@holdfast/ipam';
import { MultiMap } from './multi-map';
import type { SwitchPortRow, RouterPortRow, RowUuid } from '../model/tables';

/** What one port claims on its switch. */
export interface PortClaims {
  readonly macs: readonly Mac[];
  /** What OVN itself answers for: all that stands in `addresses`. */
  readonly addresses: readonly Address[];
  readonly virtualIp: Address | undefined;
  /** Of a port of type router: the router's port. */
  readonly peer: string | undefined;
}

const NOTHING: readonly never[] = [];

/** @param peer the router port that a port of type router leads to; its MAC is on the switch too. */
export function claimsOf(row: SwitchPortRow, peer: RouterPortRow | undefined): PortClaims | undefined {
  if (row.type === 'virtual') {
    const virtualIp = parseAddress(row.options['virtual-ip'] ?? '');
    if (row.addresses.length === 0)
      return virtualIp === undefined
        ? undefined
        : { macs: NOTHING, addresses: NOTHING, virtualIp, peer: undefined };
    return { ...stated(row.addresses), virtualIp, peer: undefined };
  }
  const own = stated(row.addresses);
  if (row.type !== 'router')
    return own.macs.length + own.addresses.length === 0
      ? undefined
      : { ...own, virtualIp: undefined, peer: undefined };
  const mac = peer && parseMac(peer.mac.split(' ')[0] ?? '');
  const macs = mac === undefined || own.macs.includes(mac) ? own.macs : [...own.macs, mac];
  return { ...own, macs, virtualIp: undefined, peer: row.options['router-port'] };
}

/** `addresses` has texts such as "MAC", "MAC IP IP", "router", "unknown" (ovn-nb(5)). */
function stated(texts: readonly string[]): { readonly macs: Mac[]; readonly addresses: Address[] } {
  const macs = new Set<Mac>();
  const addresses = new Set<Address>();
  for (const text of texts) {
    const [first = '', ...rest] = text.trim().split(/\s+/);
    const mac = parseMac(first);
    if (mac === undefined) continue;
    macs.add(mac);
    for (const each of rest) {
      const address = parseAddress(each.split('/')[0]!);
      if (address !== undefined) addresses.add(address);
    }
  }
  return { macs: [...macs], addresses: [...addresses] };
}

/** What all ports of one switch claim. */
export class SwitchClaims {
  readonly macs = new MultiMap<Mac, RowUuid>();
  readonly addresses = new MultiMap<Address, RowUuid>();
  readonly virtualIps = new MultiMap<Address, RowUuid>();
  /** Ports by which the switch is on a router. */
  readonly attachments = new Set<RowUuid>();

  put(uuid: RowUuid, { macs, addresses, virtualIp, peer }: PortClaims, isAttachment: boolean): void {
    for (const mac of macs) this.macs.add(mac, uuid);
    for (const address of addresses) this.addresses.add(address, uuid);
    if (virtualIp !== undefined) this.virtualIps.add(virtualIp, uuid);
    if (peer !== undefined && isAttachment) this.attachments.add(uuid);
  }

  take(uuid: RowUuid, { macs, addresses, virtualIp }: PortClaims): void {
    for (const mac of macs) this.macs.remove(mac, uuid);
    for (const address of addresses) this.addresses.remove(address, uuid);
    if (virtualIp !== undefined) this.virtualIps.remove(virtualIp, uuid);
    this.attachments.delete(uuid);
  }
}
