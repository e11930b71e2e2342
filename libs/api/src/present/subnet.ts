// Subnets as messages.
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import {
  type SubnetDefinition,
  type SubnetState,
  countAddresses,
  formatAddress,
  formatCidr,
  formatRange,
} from '@holdfast/ipam';
import type { FamilyCountsSchema, SubnetSchema } from '../contract';
import { presentFamily } from './address';
import type { FieldsOf } from './encode';

type SubnetInit = FieldsOf<typeof SubnetSchema>;

/** With counts, of a view's state. The subnet must be defined. */
export function presentSubnet(state: SubnetState): SubnetInit {
  const { definition } = state;
  if (!definition) throw new RangeError(`subnet ${state.name} is not defined`);
  return { ...presentDefinition(state.name, definition), counts: presentCounts(state) };
}

/** Without counts: what an event or a command's reply has. */
export function presentDefinition(name: string, definition: SubnetDefinition): SubnetInit {
  return {
    name,
    cidrs: definition.cidrs.map(formatCidr),
    gateways: definition.gateways.map(formatAddress),
    excluded: definition.excluded.map(formatRange),
    cooling: durationFromMs(definition.coolingMs),
    ...(definition.router !== undefined && { router: definition.router }),
  };
}

function presentCounts(state: SubnetState): FieldsOf<typeof FamilyCountsSchema>[] {
  return state.families().flatMap((family) => {
    const counts = countAddresses(state, family);
    if (!counts) return [];
    const { using, available } = counts;
    return [{ family: presentFamily(family), using: String(using), available: String(available) }];
  });
}
