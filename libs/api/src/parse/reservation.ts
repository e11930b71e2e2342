// Commands about reservations, as ipam has them.
import type { AddressRequest, Family, MoveAddress, ReleaseAddress, ReserveAddress } from '@holdfast/ipam';
import { type Checked, all, andThen, bad, optional, required, valid } from '../checked';
import type { IpFamily, MoveAddressRequest, ReleaseAddressRequest, ReserveAddressRequest } from '../contract';
import * as fields from './fields';
import { labelsRequest } from './label';
import { type Asked, asked } from './options';
import { userRequest } from './user';

export function parseReserveAddress(request: ReserveAddressRequest): Checked<Asked<ReserveAddress>> {
  if (request.portSecurity && !request.port) return bad('port_security', 'needs a port: name it');
  const who = userRequest(request);
  if (who.invalid) return who;
  const command = andThen(addressRequest(request), (requested) =>
    all<ReserveAddress>({
      type: valid('ReserveAddress'),
      subnet: required(fields.name)('subnet', request.subnet),
      holder: required(fields.holderButVip)('holder', request.holder),
      v4: valid(requested.v4),
      v6: valid(requested.v6),
      mac: valid(requested.mac),
      families: valid(requested.families),
      pool: optional(fields.name)('pool', request.pool),
      port: optional(fields.portNameField)('port', request.port),
      portSecurity: valid(request.port ? request.portSecurity : undefined),
      prefersFormer: valid(request.prefersFormer || undefined),
      user: valid(who.value.user),
      migrates: valid(who.value.migrates),
      labels: labelsRequest(request),
    }),
  );
  return asked(command, request.options);
}

export function parseMoveAddress(request: MoveAddressRequest): Checked<Asked<MoveAddress>> {
  if (!request.v4 && !request.v6 && !request.mac && !request.port) {
    return bad('v4', 'is required, or v6, mac or port: say what the holder is to have instead');
  }
  if (request.portSecurity && !request.port) return bad('port_security', 'needs a port: name it');
  const who = userRequest(request);
  if (who.invalid) return who;
  const command = all<MoveAddress>({
    type: valid('MoveAddress'),
    subnet: required(fields.name)('subnet', request.subnet),
    holder: required(fields.holderButVip)('holder', request.holder),
    v4: optional(fields.v4)('v4', request.v4),
    v6: optional(fields.v6)('v6', request.v6),
    mac: optional(fields.macField)('mac', request.mac),
    port: optional(fields.portNameField)('port', request.port),
    portSecurity: valid(request.port ? request.portSecurity : undefined),
    user: valid(who.value.user),
    migrates: valid(who.value.migrates),
  });
  return asked(command, request.options);
}

export function parseReleaseAddress(request: ReleaseAddressRequest): Checked<Asked<ReleaseAddress>> {
  const command = all<ReleaseAddress>({
    type: valid('ReleaseAddress'),
    subnet: required(fields.name)('subnet', request.subnet),
    holder: required(fields.holderButVip)('holder', request.holder),
    reason: fields.freeText('reason', request.reason),
    evidence: valid(undefined),
  });
  return asked(command, request.options);
}

/** The addresses that are to be had, those of unwanted families not among them. */
export function addressRequest(request: {
  readonly v4: string;
  readonly v6: string;
  readonly mac: string;
  readonly families: readonly IpFamily[];
}): Checked<Omit<AddressRequest, 'pool'>> {
  const requested = all<Omit<AddressRequest, 'pool'>>({
    v4: optional(fields.v4)('v4', request.v4),
    v6: optional(fields.v6)('v6', request.v6),
    mac: optional(fields.macField)('mac', request.mac),
    families: fields.families('families', request.families),
  });
  return andThen(requested, ({ v4, v6, families }) => {
    const isLeftOut = (family: Family) => families !== undefined && !families.includes(family);
    if (v4 !== undefined && isLeftOut(4)) return bad('families', 'leave out IPV4, though v4 is given');
    if (v6 !== undefined && isLeftOut(6)) return bad('families', 'leave out IPV6, though v6 is given');
    return requested;
  });
}
