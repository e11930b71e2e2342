// What must never be on a switch, whoever wrote it: two ports with one MAC (the MACs of the router ports that ports
// lead to included), two virtual ports with one address. OVN serves one of the two, and which one is chance. What
// Holdfast would write itself is refused beforehand (row-plan.ts); this tells of what is there.
import { type Address, type LedgerView, type Mac, formatAddress, formatMac } from '@holdfast/ipam';
import type { Difference } from './diff';
import type { RowUuid } from './northbound';
import type { NorthboundRows } from './northbound-rows';
import { subnetKey } from './ownership';

export interface Conflict {
  readonly reason: 'MacShared' | 'VirtualIpShared';
  readonly subnet: string;
  /** The MAC or the address. */
  readonly value: string;
  /** Names of the ports, sorted. */
  readonly ports: readonly string[];
  /** One sentence for people. */
  readonly message: string;
}

interface Suspect {
  readonly switchUuid: RowUuid;
  readonly what: 'mac' | 'virtual-ip';
  readonly value: Mac | Address;
}

export class SelfCheck {
  private readonly suspects = new Map<string, Suspect>();
  private readonly found = new Map<string, Conflict>();

  constructor(
    private readonly rows: NorthboundRows,
    private readonly view: LedgerView,
  ) {}

  suspect(switchUuid: RowUuid, what: Suspect['what'], value: Mac | Address): void {
    this.suspects.set(`${switchUuid} ${what} ${value}`, { switchUuid, what, value });
  }

  /** On switches of Subnets. */
  conflicts(): readonly Conflict[] {
    return [...this.found.values()].filter((conflict) => this.isOurs(conflict));
  }

  /** Looks at what is suspected since the last time, and returns what was not found before. */
  look(): readonly Difference[] {
    if (this.suspects.size === 0) return [];
    const differences: Difference[] = [];
    for (const [id, suspect] of this.suspects) {
      const before = this.found.get(id);
      const now = this.conflictOf(suspect);
      if (now) this.found.set(id, now);
      else this.found.delete(id);
      if (now && now.message !== before?.message && this.isOurs(now)) differences.push(differenceOf(now));
    }
    this.suspects.clear();
    return differences;
  }

  private isOurs({ subnet }: Conflict): boolean {
    return this.view.subnet(subnet) !== undefined;
  }

  private conflictOf({ switchUuid, what, value }: Suspect): Conflict | undefined {
    const on = this.rows.onSwitch(switchUuid);
    const subnet = this.rows.get(switchUuid) && this.rows.switch(switchUuid).row.name;
    if (!on || subnet === undefined) return undefined;
    const found = (what === 'mac' ? on.macs.get(value as Mac) : on.virtualIps.get(value)).map((uuid) =>
      this.rows.port(uuid),
    );
    // A virtual port of ours gives way to theirs, and its Vip says so.
    const claiming = found.filter(({ owner }) => what === 'mac' || !owner);
    if (claiming.length < 2) return undefined;
    const ports = claiming.map(({ row }) => row.name).sort();
    const [reason, text] =
      what === 'mac'
        ? (['MacShared', formatMac(value as Mac)] as const)
        : (['VirtualIpShared', formatAddress(value)] as const);
    const message = `On Logical_Switch ${subnet} the ports ${ports.join(' and ')} all have ${text}; OVN serves only one of them, which one is chance. Take it from all but one.`;
    return { reason, subnet, value: text, ports, message };
  }
}

const differenceOf = ({ reason, subnet, value, ports, message }: Conflict): Difference => ({
  key: subnetKey(subnet),
  kind: 'conflict',
  columns: [reason],
  found: { [value]: ports },
  wanted: undefined,
  message,
});
