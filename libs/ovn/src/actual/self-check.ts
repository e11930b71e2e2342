// What must never be on a switch, whoever wrote it, because OVN then does what chance says, or nothing:
//
//   two ports with one MAC, the MACs of the router ports that ports lead to included
//   two virtual ports with one address
//   a Vip in the `addresses` of a port, for which OVN then answers itself
//   a virtual port with a parent that is not on its switch
//
// What Holdfast would write itself is refused beforehand (row-obstacles.ts); this says what is there. Only what
// changed is looked at.
import {
  type Address,
  type LedgerView,
  type Mac,
  formatAddress,
  formatMac,
  holderParts,
  isVipHolder,
} from '@holdfast/ipam';
import type { RowDifference } from './row-difference';
import type { RowUuid } from '../model/tables';
import type { KnownPort, NorthboundRows } from './northbound-rows';
import { northboundKey } from '../model/row-keys';
import { hasRows } from '../model/vip-rows';
import { Relation } from '../model/relation';

export interface RowConflict {
  readonly reason: 'MacShared' | 'VirtualIpShared' | 'VipAnswered' | 'ParentElsewhere';
  readonly subnet: string;
  /** The MAC, the address, or the name of the parent. */
  readonly value: string;
  /** Names of the ports that have it, sorted. */
  readonly ports: readonly string[];
  /** One sentence for people. */
  readonly message: string;
}

export type Suspect =
  | { readonly what: 'mac'; readonly switchUuid: RowUuid; readonly value: Mac }
  | { readonly what: 'virtual-ip' | 'address'; readonly switchUuid: RowUuid; readonly value: Address }
  | { readonly what: 'parents'; readonly port: string };

export class SelfCheck {
  private readonly suspects = new Map<string, Suspect>();
  private readonly found = new Map<string, { readonly suspect: Suspect; readonly message: string }>();
  /** Virtual ports of others, and the names of their parents. */
  private readonly parents = new Relation<string, string>();

  constructor(
    private readonly rows: NorthboundRows,
    private readonly view: LedgerView,
  ) {}

  suspect(suspect: Suspect): void {
    this.suspects.set(Object.values(suspect).join(' '), suspect);
  }

  /** The port that is called so came, went, moved or changed. */
  portChanged(name: string): void {
    const port = this.rows.portNamed(name);
    const parents = port && !port.owner && port.row.type === 'virtual' ? parentsOf(port) : [];
    if (parents.length > 0 || this.parents.rightsOf(name).size > 0) {
      this.parents.set(name, parents);
      this.suspect({ what: 'parents', port: name });
    }
    for (const virtual of this.parents.leftsOf(name)) this.suspect({ what: 'parents', port: virtual });
  }

  /** On switches of Subnets, as the ledger is now. */
  conflicts(): readonly RowConflict[] {
    return [...this.found.values()]
      .flatMap(({ suspect }) => this.conflictOf(suspect) ?? [])
      .filter((conflict) => this.isOurs(conflict));
  }

  /** Looks at what is suspected since the last time, and returns what was not found before. */
  look(): readonly RowDifference[] {
    if (this.suspects.size === 0) return [];
    const differences: RowDifference[] = [];
    for (const [id, suspect] of this.suspects) {
      const before = this.found.get(id);
      const now = this.conflictOf(suspect);
      if (now) this.found.set(id, { suspect, message: now.message });
      else this.found.delete(id);
      if (now && now.message !== before?.message && this.isOurs(now)) differences.push(differenceOf(now));
    }
    this.suspects.clear();
    return differences;
  }

  private isOurs({ subnet }: RowConflict): boolean {
    return this.view.subnet(subnet) !== undefined;
  }

  private conflictOf(suspect: Suspect): RowConflict | undefined {
    if (suspect.what === 'parents') return this.parentElsewhere(suspect.port);
    const { what, switchUuid, value } = suspect;
    const on = this.rows.onSwitch(switchUuid);
    const subnet = this.rows.get(switchUuid) && this.rows.switch(switchUuid).row.name;
    if (!on || subnet === undefined) return undefined;
    if (what === 'mac') return this.shared('MacShared', subnet, formatMac(value), on.macs.get(value));
    // A virtual port of ours gives way to theirs, and its Vip says so.
    if (what === 'virtual-ip') {
      const theirs = on.virtualIps.get(value).filter((uuid) => !this.rows.port(uuid).owner);
      return this.shared('VirtualIpShared', subnet, formatAddress(value), theirs);
    }
    return this.isVip(subnet, value)
      ? vipAnswered(subnet, value, this.names(on.addresses.get(value)))
      : undefined;
  }

  private shared(
    reason: 'MacShared' | 'VirtualIpShared',
    subnet: string,
    value: string,
    uuids: readonly RowUuid[],
  ): RowConflict | undefined {
    if (uuids.length < 2) return undefined;
    const ports = this.names(uuids);
    const message = `On Logical_Switch ${subnet} the ports ${ports.join(' and ')} all have ${value}; OVN serves only one of them, which one is chance. Take it from all but one.`;
    return { reason, subnet, value, ports, message };
  }

  /** OVN leaves such parents out without a word. */
  private parentElsewhere(name: string): RowConflict | undefined {
    const port = this.rows.portNamed(name);
    const place = port?.places[0];
    if (!port || place === undefined) return undefined;
    const strays = [...this.parents.rightsOf(name)].filter(
      (parent) => !this.rows.portNamed(parent)?.places.includes(place),
    );
    if (strays.length === 0) return undefined;
    const subnet = this.rows.switch(place).row.name;
    const value = strays.sort().join(',');
    const message = `On Logical_Switch ${subnet} the virtual port ${name} has parents that are not there: ${value}; none of them can answer for it. Take them out, or put them on the switch.`;
    return { reason: 'ParentElsewhere', subnet, value, ports: [name], message };
  }

  private isVip(subnet: string, address: Address): boolean {
    const holder = this.view.subnet(subnet)?.byAddress.get(address)?.holder;
    const vip = holder && isVipHolder(holder) ? this.view.vip(holderParts(holder).name) : undefined;
    return vip !== undefined && hasRows(vip);
  }

  private names(uuids: readonly RowUuid[]): readonly string[] {
    return uuids.map((uuid) => this.rows.port(uuid).row.name).sort();
  }
}

function vipAnswered(subnet: string, address: Address, ports: readonly string[]): RowConflict | undefined {
  if (ports.length === 0) return undefined;
  const value = formatAddress(address);
  const message = `On Logical_Switch ${subnet} the Vip's address ${value} stands in the addresses of port ${ports.join(' and ')}; OVN answers for it itself, so that nobody else ever gets it. Take it out.`;
  return { reason: 'VipAnswered', subnet, value, ports, message };
}

const parentsOf = ({ row }: KnownPort): readonly string[] =>
  (row.options['virtual-parents'] ?? '').split(',').filter((name) => name !== '');

const differenceOf = ({ reason, subnet, value, ports, message }: RowConflict): RowDifference => ({
  key: northboundKey.subnet(subnet),
  kind: 'conflict',
  columns: [reason],
  actual: { [value]: ports },
  desired: undefined,
  message,
});
