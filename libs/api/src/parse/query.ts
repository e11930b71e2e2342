// Queries about what is held now and how the server is. Those about the past stand in ./history.
import { type Checked, all, optional, required, valid } from '../checked';
import {
  type GetReservationRequest,
  type GetRuleRequest,
  type GetSubnetRequest,
  type GetVipRequest,
  IpFamily,
  type ListFreeAddressesRequest,
  type ListReservationsRequest,
  type ListRulesRequest,
  type ListSubnetsRequest,
  type ListVipsRequest,
} from '../contract';
import type {
  GetReservation,
  GetRule,
  GetStatus,
  GetSubnet,
  GetVip,
  ListFreeAddresses,
  ListReservations,
  ListRules,
  ListSubnets,
  ListVips,
} from '../query';
import * as fields from './fields';
import { labelSelector } from './label';
import { count, page } from './page';

export const atLeastPosition = (request: { atLeastPosition: string }): Checked<string | undefined> =>
  optional(fields.position)('at_least_position', request.atLeastPosition);

export function parseGetSubnet(request: GetSubnetRequest): Checked<GetSubnet> {
  return all<GetSubnet>({
    type: valid('GetSubnet'),
    name: required(fields.name)('name', request.name),
    atLeastPosition: atLeastPosition(request),
  });
}

export function parseListSubnets(request: ListSubnetsRequest): Checked<ListSubnets> {
  return all<ListSubnets>({
    type: valid('ListSubnets'),
    labels: labelSelector(request),
    page: page('ListSubnets', request),
    atLeastPosition: atLeastPosition(request),
  });
}

export function parseListFreeAddresses(request: ListFreeAddressesRequest): Checked<ListFreeAddresses> {
  const isFamilyGiven = request.family !== IpFamily.IP_FAMILY_UNSPECIFIED;
  return all<ListFreeAddresses>({
    type: valid('ListFreeAddresses'),
    subnet: required(fields.name)('subnet', request.subnet),
    family: isFamilyGiven ? fields.family('family', request.family) : valid(undefined),
    limit: count('limit', request.limit),
    atLeastPosition: atLeastPosition(request),
  });
}

export function parseGetReservation(request: GetReservationRequest): Checked<GetReservation> {
  return all<GetReservation>({
    type: valid('GetReservation'),
    subnet: required(fields.name)('subnet', request.subnet),
    holder: required(fields.holderField)('holder', request.holder),
    atLeastPosition: atLeastPosition(request),
  });
}

export function parseListReservations(request: ListReservationsRequest): Checked<ListReservations> {
  return all<ListReservations>({
    type: valid('ListReservations'),
    subnet: optional(fields.name)('subnet', request.subnet),
    kind: optional(fields.holderKind)('kind', request.kind),
    namespace: optional(fields.holderNamespace)('namespace', request.namespace),
    labels: labelSelector(request),
    page: page('ListReservations', request),
    atLeastPosition: atLeastPosition(request),
  });
}

export function parseGetVip(request: GetVipRequest): Checked<GetVip> {
  return all<GetVip>({
    type: valid('GetVip'),
    name: required(fields.name)('name', request.name),
    atLeastPosition: atLeastPosition(request),
  });
}

export function parseListVips(request: ListVipsRequest): Checked<ListVips> {
  return all<ListVips>({
    type: valid('ListVips'),
    subnet: optional(fields.name)('subnet', request.subnet),
    labels: labelSelector(request),
    page: page('ListVips', request),
    atLeastPosition: atLeastPosition(request),
  });
}

export function parseGetRule(request: GetRuleRequest): Checked<GetRule> {
  return all<GetRule>({
    type: valid('GetRule'),
    subnet: required(fields.name)('subnet', request.subnet),
    name: required(fields.name)('name', request.name),
    atLeastPosition: atLeastPosition(request),
  });
}

export function parseListRules(request: ListRulesRequest): Checked<ListRules> {
  return all<ListRules>({
    type: valid('ListRules'),
    subnet: optional(fields.name)('subnet', request.subnet),
    vip: optional(fields.name)('vip', request.vip),
    page: page('ListRules', request),
    atLeastPosition: atLeastPosition(request),
  });
}

export const parseGetStatus = (): Checked<GetStatus> => valid({ type: 'GetStatus' });
