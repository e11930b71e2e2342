// Wires what speaks to OVN: the Northbound's projector, and who listens to the Southbound.
import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Config } from '../../config';
import { NorthboundProjector } from './northbound-projector';
import { VipBindings } from './vip-bindings';

@Global()
@Module({})
export class OvnProjectorModule {
  static with({ roles, northbound, southbound }: Config): DynamicModule {
    const isProjecting = roles.has('ovn-projector') && northbound !== undefined;
    const providers = [
      ...(isProjecting ? [NorthboundProjector] : []),
      ...(southbound === undefined ? [] : [VipBindings]),
    ];
    return { module: OvnProjectorModule, providers, exports: providers };
  }
}
