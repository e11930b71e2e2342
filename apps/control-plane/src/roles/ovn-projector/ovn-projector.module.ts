// Listens to OVN's Southbound for who answers for each Vip now.
import { systemChance, systemClock } from '@holdfast/clock';
import { SouthboundBindings } from '@holdfast/ovn';
import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../config';
import { VipBindings } from './vip-bindings';

@Module({})
export class SouthboundModule implements OnApplicationShutdown {
  private readonly bindings: SouthboundBindings;

  constructor(@Inject(CONFIG) { southbound, northboundTls }: Config, bindings: VipBindings) {
    this.bindings = new SouthboundBindings({
      remotes: southbound as string,
      tls: northboundTls,
      // Who answers is read-only here; any member of a cluster knows it.
      leaderOnly: false,
      clock: systemClock,
      chance: systemChance,
    });
    bindings.source = this.bindings;
  }

  onApplicationShutdown(): Promise<void> {
    return this.bindings.close();
  }
}
