// ReviseSubnet: another block, gateway, exclusions or cooling time; nobody who holds an address may fall outside.
import {
  type Address,
  type AddressRange,
  type Cidr,
  familyOf,
  formatAddress,
  formatCidr,
  formatMac,
} from '../../address';
import { type Rejection, reject } from '../../rejection';
import { type Moment, type SubnetDecision, accept, alreadySo } from '../decision/decision';
import { comesBeforeDefinition } from '../decision/late';
import { subnetNotFound } from '../decision/rejections';
import { type Retention, type SubnetDefinition, definitionOf } from '../events';
import { AddressSpace } from '../space/address-space';
import type { SubnetState } from '../state/state';
import { defaultGateways, definitionFault, differences } from './definition-fault';

/** What is absent stays as it is. */
export interface ReviseSubnet {
  readonly type: 'ReviseSubnet';
  readonly subnet: string;
  readonly cidrs?: readonly Cidr[];
  readonly gateways?: readonly Address[];
  readonly excluded?: readonly AddressRange[];
  readonly coolingMs?: number;
  /** '': none any more. */
  readonly router?: string;
  /** null: what is usual for each kind of holder again. */
  readonly retention?: Retention | null;
}

export function reviseSubnet(command: ReviseSubnet, state: SubnetState, moment: Moment): SubnetDecision {
  const before = state.definition;
  if (!before) return subnetNotFound(state.name);
  const cidrs = command.cidrs ?? before.cidrs;
  const definition: SubnetDefinition = {
    ...before,
    cidrs,
    gateways: command.gateways ?? gatewaysAfter(before, cidrs),
    excluded: command.excluded ?? before.excluded,
    coolingMs: command.coolingMs ?? before.coolingMs,
    router: (command.router ?? before.router) || undefined,
    retention: command.retention === undefined ? before.retention : (command.retention ?? undefined),
  };
  return reviseTo(definition, state, moment);
}

export function reviseTo(definition: SubnetDefinition, state: SubnetState, moment: Moment): SubnetDecision {
  const before = state.definition;
  if (!before) return subnetNotFound(state.name);
  const fault = definitionFault(definition);
  if (fault) return fault;
  if (differences(before, definition).length === 0) return alreadySo({ definition: before });
  const refusal =
    comesBeforeDefinition(state, moment) ??
    holderFallsOutside(state, definition) ??
    gatewayMacTaken(state, definition);
  return refusal ?? accept({ type: 'SubnetRevised', ...definitionOf(definition) });
}

/** The gateways stay; a family that comes new gets its default one, unless the subnet chose to have none. */
function gatewaysAfter(before: SubnetDefinition, cidrs: SubnetDefinition['cidrs']): Address[] {
  const hadNone = before.gateways.length === 0;
  return cidrs.flatMap((cidr) => {
    const kept = before.gateways.find((gateway) => familyOf(gateway) === cidr.family);
    return kept !== undefined ? [kept] : hadNone ? [] : defaultGateways([cidr]);
  });
}

function gatewayMacTaken(
  state: SubnetState,
  definition: SubnetDefinition,
): { rejected: Rejection } | undefined {
  const mac = state.macOfGateway(definition);
  const holder = mac === undefined ? undefined : state.holderOfMac(mac);
  if (mac === undefined || holder === undefined) return undefined;
  return reject(
    'MacTaken',
    `MAC ${formatMac(mac)}, which the new gateway's router port would have in subnet ${state.name}, belongs to ${holder}; choose another gateway, or give the holder another MAC.`,
    { subnet: state.name, mac: formatMac(mac), holder },
  );
}

function holderFallsOutside(
  state: SubnetState,
  definition: SubnetDefinition,
): { rejected: Rejection } | undefined {
  const spaces = new Map(definition.cidrs.map((cidr) => [cidr.family, new AddressSpace(cidr, definition)]));
  for (const [address, { holder }] of state.byAddress) {
    const space = spaces.get(familyOf(address));
    if (space && space.unusable(address) === undefined) continue;
    const [blocks, gateways] = [definition.cidrs.map(formatCidr), definition.gateways.map(formatAddress)];
    return reject(
      'SubnetInUse',
      `${holder} holds ${formatAddress(address)}, which subnet ${state.name} would lose with ${blocks.join(' ')} and gateway ${gateways.join(' ') || 'none'}; release or move it first.`,
      { subnet: state.name, holder, address: formatAddress(address) },
    );
  }
  return undefined;
}
