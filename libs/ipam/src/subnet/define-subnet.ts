// DefineSubnet: an address space comes into being.
import {
  type Address,
  type Cidr,
  contains,
  familyOf,
  formatAddress,
  formatCidr,
  formatRange,
  overlaps,
  sizeOf,
  usableRange,
} from '../address';
import { type Rejection, invalid, reject } from '../rejection';
import type { DefineSubnet } from './commands';
import { type SubnetDecision, accept, alreadySo } from './decision';
import type { SubnetDefinition } from './events';
import type { SubnetState } from './state';

/** A year: longer is a typing error, not a policy. */
const COOLING_MAX_MS = 366 * 24 * 3_600_000;

export function defineSubnet(command: DefineSubnet, state: SubnetState): SubnetDecision {
  const { cidrs, gateways = defaultGateways(cidrs), excluded = [], coolingMs = 0 } = command;
  const definition = { cidrs, gateways, excluded, coolingMs };
  const refusal = definitionFault(definition);
  if (refusal) return refusal;
  if (!state.definition) return accept({ type: 'SubnetDefined', ...definition });
  return sameDefinition(state.definition, definition)
    ? alreadySo({ definition: state.definition })
    : reject('SubnetExists', `Subnet ${state.name} exists and is not as asked; revise it.`, {
        subnet: state.name,
      });
}

/** The first usable address of each block that has more than two addresses. */
export function defaultGateways(cidrs: readonly Cidr[]): Address[] {
  return cidrs.filter((cidr) => sizeOf(cidr) > 2n).map((cidr) => usableRange(cidr).first);
}

/** What is wrong with a definition in itself, whoever holds what. */
export function definitionFault(definition: SubnetDefinition): { rejected: Rejection } | undefined {
  const { cidrs, gateways, excluded, coolingMs } = definition;
  const families = cidrs.map((cidr) => cidr.family);
  if (cidrs.length === 0) return invalid('cidrs', 'a subnet needs a block of addresses');
  if (new Set(families).size < families.length) return invalid('cidrs', 'at most one block a family');
  const gatewayFamilies = new Set(gateways.map(familyOf));
  if (gatewayFamilies.size < gateways.length) return invalid('gateways', 'at most one gateway a family');
  for (const gateway of gateways) {
    const cidr = cidrs.find((block) => contains(block, gateway));
    const usable = cidr && usableRange(cidr);
    if (!usable || gateway < usable.first || gateway > usable.last) {
      return invalid(
        'gateways',
        `${formatAddress(gateway)} is no usable address of ${cidrs.map(formatCidr)}`,
      );
    }
  }
  const stray = excluded.find((range) => !cidrs.some((cidr) => overlaps(cidr, range)));
  if (stray) return invalid('excluded', `${formatRange(stray)} is outside ${cidrs.map(formatCidr)}`);
  if (!Number.isSafeInteger(coolingMs) || coolingMs < 0 || coolingMs > COOLING_MAX_MS) {
    return invalid('coolingMs', 'whole milliseconds from 0 to a year');
  }
  return undefined;
}

export function sameDefinition(a: SubnetDefinition, b: SubnetDefinition): boolean {
  return text(a) === text(b);

  function text({ cidrs, gateways, excluded, coolingMs }: SubnetDefinition): string {
    return [cidrs.map(formatCidr), gateways.map(formatAddress), excluded.map(formatRange), coolingMs].join(
      ' ',
    );
  }
}
