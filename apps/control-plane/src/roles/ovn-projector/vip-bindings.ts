// Listens to OVN's Southbound for who answers for each Vip now, for the roles in this process.
import { systemChance, systemClock } from '@holdfast/clock';
import { type LedgerView, formatAddress, formatMac } from '@holdfast/ipam';
import { type VipBinding, SouthboundBindings } from '@holdfast/ovn';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config';
import type { ServerConnection, ProcessPart } from '../../health/projectors';
import type { HealthTrouble } from '../../health/trouble';

/** The parent that answers; its addresses where the ledger made its port. */
export interface BoundParent extends VipBinding {
  readonly v4ip?: string;
  readonly v6ip?: string;
  readonly mac?: string;
}

@Injectable()
export class VipBindings implements ProcessPart {
  readonly name = 'ovn-southbound';
  /** Nobody's work waits for it: conditions say less without it. */
  readonly roles = [] as const;
  private readonly southbound: SouthboundBindings;
  private readonly server: string;

  constructor(@Inject(CONFIG) { southbound, northboundTls }: Config) {
    this.server = southbound as string;
    this.southbound = new SouthboundBindings({
      remotes: southbound as string,
      tls: northboundTls,
      // Who answers is read-only here; any member of a cluster knows it.
      leaderOnly: false,
      clock: systemClock,
      chance: systemChance,
    });
  }

  get isConnected(): boolean {
    return this.southbound.isConnected;
  }

  connection(): ServerConnection {
    return { isUp: this.isConnected, count: this.southbound.connections };
  }

  troubles(): readonly HealthTrouble[] {
    if (this.isConnected) return [];
    const { server } = this;
    const fault = this.southbound.trouble;
    const message = `the Southbound ${server} cannot be used: ${fault ?? 'no connection yet'}`;
    const isStarting = fault === undefined;
    return [{ code: 'ovn-southbound-unreachable', message, server, isLoss: true, stops: false, isStarting }];
  }

  onTroubles(listener: () => void): void {
    this.southbound.onConnection(listener);
  }

  /** Calls `listener` with each Vip for which another parent answers now. Returns how to stop. */
  onChange(listener: (vip: string) => void): () => void {
    return this.southbound.onChange(listener);
  }

  stop(): Promise<void> {
    return this.southbound.close();
  }

  /** The parent of the Vip's first family, if any; undefined also while the Southbound cannot be reached. */
  boundTo(vip: string, view: LedgerView): BoundParent | undefined {
    const [binding] = this.southbound.bindingsOf(vip);
    if (!binding) return undefined;
    const subnet = view.vip(vip)?.subnet;
    const holder = subnet?.holderOfPort(binding.port);
    const reservation = holder && subnet?.byHolder.get(holder);
    if (!subnet || !reservation) return binding;
    const { v4, v6 } = reservation;
    return {
      ...binding,
      ...(v4 !== undefined && { v4ip: formatAddress(v4) }),
      ...(v6 !== undefined && { v6ip: formatAddress(v6) }),
      mac: formatMac(subnet.macOf(reservation)),
    };
  }
}
