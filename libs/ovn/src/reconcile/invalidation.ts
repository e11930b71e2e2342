// Which keys are to be compared again because rows changed, be they a key's own or those of its neighbours. Facts of the
// ledger are keys-of-fact.ts' affair.
import { type Holder, type LedgerView, formatAddress, isVipHolder } from '@holdfast/ipam';
import type { RowListener, NorthboundRows } from '../actual/northbound-rows';
import type { PortClaims } from '../actual/port-claims';
import type { SelfCheck, Suspect } from '../actual/self-check';
import { vipOfPortName } from '../model/desired-row';
import type { LedgerRelations } from '../model/ledger-relations';
import { type NorthboundKey, northboundKey } from '../model/row-keys';
import type { RowUuid } from '../model/tables';
import { type Dependencies, dependency } from '../plan/dependencies';

export interface InvalidationTarget {
  /** The key's own rows changed. */
  ownRowsChanged(key: NorthboundKey): void;
  /** A neighbour of the key's rows changed, and may be in their way or be so no more. */
  neighbourChanged(key: NorthboundKey): void;
  /** Something changed on which it depends what the key's rows should be. */
  dependencyChanged(key: NorthboundKey): void;
}

export class Invalidation implements RowListener {
  constructor(
    private readonly view: LedgerView,
    private readonly relations: LedgerRelations,
    private readonly rows: NorthboundRows,
    private readonly dependencies: Dependencies,
    private readonly selfCheck: SelfCheck,
    private readonly target: InvalidationTarget,
  ) {}

  /** Something changed on which plans may rest. */
  dependencyChanged(changed: string): void {
    for (const key of this.dependencies.leftsOf(changed)) this.target.dependencyChanged(key);
  }

  ownRowsChanged(key: NorthboundKey): void {
    this.target.ownRowsChanged(key);
  }

  portNameChanged(name: string): void {
    const vip = vipOfPortName(name);
    if (this.view.vip(vip)) this.target.neighbourChanged(northboundKey.vip(vip));
    for (const key of this.relations.ports.leftsOf(name)) this.target.neighbourChanged(key);
    this.portDependencyChanged(name);
  }

  portChanged(name: string): void {
    this.selfCheck.portChanged(name);
    const vips = this.relations.parents.leftsOf(name);
    for (const vip of vips) this.target.dependencyChanged(northboundKey.vip(vip));
    if (vips.size > 0) this.target.dependencyChanged(northboundKey.foreign(name));
    this.portDependencyChanged(name);
  }

  switchNameChanged(name: string): void {
    const subnet = this.view.subnet(name);
    if (!subnet) return;
    this.target.neighbourChanged(northboundKey.subnet(name));
    for (const { holder, port } of subnet.byHolder.values()) {
      if (isVipHolder(holder)) this.target.neighbourChanged(northboundKey.vipHolder(holder));
      if (port !== undefined) this.target.neighbourChanged(northboundKey.port(name, holder));
    }
    for (const rule of subnet.uses.rules()) this.target.neighbourChanged(northboundKey.rule(name, rule.name));
  }

  routerNameChanged(name: string): void {
    const subnets = this.relations.routers.leftsOf(name);
    if (subnets.size > 0) this.target.neighbourChanged(northboundKey.router(name));
    this.dependencyChanged(dependency.routerName(name));
  }

  attachmentChanged(switchUuid: RowUuid, router: RowUuid | undefined): void {
    this.dependencyChanged(dependency.attachment(switchUuid));
    if (router !== undefined) this.dependencyChanged(dependency.attached(router));
    // Which of the switch's ports answers for Vips may be another one now.
    const on = this.rows.onSwitch(switchUuid)?.attachments ?? [];
    for (const uuid of on)
      this.target.dependencyChanged(northboundKey.foreign(this.rows.port(uuid).row.name));
  }

  claimsChanged(switchUuid: RowUuid, { macs, addresses, virtualIp }: PortClaims): void {
    const name = this.nameOf(switchUuid);
    const subnet = name === undefined ? undefined : this.view.subnet(name);
    if (!subnet) return;
    for (const address of addresses) {
      const holder = subnet.byAddress.get(address)?.holder;
      this.holderNeighbourChanged(subnet.name, holder);
      if (holder !== undefined && isVipHolder(holder))
        this.selfCheck.suspect({ what: 'address', switchUuid, value: address });
      this.dependencyChanged(dependency.addressOn(switchUuid, formatAddress(address)));
    }
    if (virtualIp !== undefined)
      this.holderNeighbourChanged(subnet.name, subnet.byAddress.get(virtualIp)?.holder);
    for (const mac of macs) {
      if (mac === subnet.routerMac()) this.target.neighbourChanged(northboundKey.subnet(subnet.name));
      else this.holderNeighbourChanged(subnet.name, subnet.holderOfMac(mac));
    }
  }

  claimShared(suspect: Suspect): void {
    this.selfCheck.suspect(suspect);
  }

  private holderNeighbourChanged(subnet: string, holder: Holder | undefined): void {
    if (holder === undefined) return;
    const key = northboundKey.port(subnet, holder);
    if (isVipHolder(holder)) this.target.neighbourChanged(northboundKey.vipHolder(holder));
    else if (this.relations.ports.rightsOf(key).size > 0) this.target.neighbourChanged(key);
  }

  private nameOf(switchUuid: RowUuid): string | undefined {
    return this.rows.get(switchUuid) && this.rows.switch(switchUuid).row.name;
  }

  private portDependencyChanged(name: string): void {
    if (!this.dependencies.isEmpty) this.dependencyChanged(dependency.portName(name));
  }
}
