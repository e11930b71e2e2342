// Commands about Vips. Where a Vip is and by which claim it has its name is for the ledger to add.
import {
  type GrantParent,
  type ObjectOwner,
  type ReleaseVip,
  type ReserveVip,
  type ReviseVip,
  type VipPurpose,
  type WithdrawParent,
  parseLabelSelector,
} from '@holdfast/ipam';
import { type Checked, all, andThen, bad, optional, required, valid } from '../checked';
import type {
  GrantVipParentRequest,
  ReleaseVipRequest,
  ReserveVipRequest,
  ReviseVipRequest,
  WithdrawVipParentRequest,
} from '../contract';
import * as fields from './fields';
import { labelsRequest } from './label';
import { type Asked, asked } from './options';
import { addressRequest } from './reservation';

/** The claim to the name is made on the way (see VipName in libs/ipam). */
export type ReserveVipOrder = Omit<ReserveVip, 'claim'>;
/** The Vip's subnet is looked up by its name. */
export type ReviseVipOrder = Omit<ReviseVip, 'subnet'>;
export type ReleaseVipOrder = Omit<ReleaseVip, 'subnet'>;
export type GrantParentOrder = Omit<GrantParent, 'subnet'>;
export type WithdrawParentOrder = Omit<WithdrawParent, 'subnet'>;

export function parseReserveVip(request: ReserveVipRequest): Checked<Asked<ReserveVipOrder>> {
  const command = andThen(addressRequest(request), (requested) =>
    all<ReserveVipOrder>({
      type: valid('ReserveVip'),
      subnet: required(fields.name)('subnet', request.subnet),
      name: required(fields.name)('name', request.name),
      v4: valid(requested.v4),
      v6: valid(requested.v6),
      mac: valid(requested.mac),
      families: valid(requested.families),
      pool: optional(fields.name)('pool', request.pool),
      owner: importedFrom(request),
      labels: labelsRequest(request),
      ...purpose(request),
    }),
  );
  return asked(command, request.options);
}

function importedFrom({ importedFrom: object }: ReserveVipRequest): Checked<ObjectOwner | undefined> {
  if (!object) return valid(undefined);
  return all<ObjectOwner>({
    kind: valid('ImportedObject'),
    resource: required(fields.name)('imported_from.resource', object.resource),
    uid: required(fields.uid)('imported_from.uid', object.uid),
  });
}

export function parseReviseVip(request: ReviseVipRequest): Checked<Asked<ReviseVipOrder>> {
  const command = all<ReviseVipOrder>({
    type: valid('ReviseVip'),
    name: required(fields.name)('name', request.name),
    v4: optional(fields.v4)('v4', request.v4),
    v6: optional(fields.v6)('v6', request.v6),
    mac: optional(fields.macField)('mac', request.mac),
    ...purpose(request),
  });
  return asked(command, request.options);
}

export function parseReleaseVip(request: ReleaseVipRequest): Checked<Asked<ReleaseVipOrder>> {
  const command = all<ReleaseVipOrder>({
    type: valid('ReleaseVip'),
    name: required(fields.name)('name', request.name),
    reason: fields.freeText('reason', request.reason),
  });
  return asked(command, request.options);
}

/** Callers name ports; who is selected by labels is the Kubernetes projector's to grant. */
export function parseGrantVipParent(request: GrantVipParentRequest): Checked<Asked<GrantParentOrder>> {
  const command = all<GrantParentOrder>({
    type: valid('GrantParent'),
    vip: required(fields.name)('name', request.name),
    port: required(fields.portNameField)('port', request.port),
    grantor: valid('explicit'),
    evidence: valid(undefined),
  });
  return asked(command, request.options);
}

export function parseWithdrawVipParent(
  request: WithdrawVipParentRequest,
): Checked<Asked<WithdrawParentOrder>> {
  const command = all<WithdrawParentOrder>({
    type: valid('WithdrawParent'),
    vip: required(fields.name)('name', request.name),
    port: required(fields.portNameField)('port', request.port),
    grantor: valid('explicit'),
    reason: fields.freeText('reason', request.reason),
    evidence: valid(undefined),
  });
  return asked(command, request.options);
}

function purpose(request: {
  readonly type: string;
  readonly namespace: string;
  readonly selector: readonly string[];
  readonly note: string;
}): { readonly [Key in keyof VipPurpose]-?: Checked<VipPurpose[Key]> } {
  return {
    vipType: fields.vipType('type', request.type),
    namespace: optional(fields.kubernetesNamespace)('namespace', request.namespace),
    selector: selector('selector', request.selector),
    note: fields.note('note', request.note),
  };
}

/** Kept as it was written, once it is sure that it can be read: who misreads one selects too much. */
export function selector(field: string, entries: readonly string[]): Checked<readonly string[]> {
  const { malformed } = parseLabelSelector(entries);
  if (!malformed) return valid(entries);
  return bad(malformed.at === undefined ? field : `${field}[${malformed.at}]`, malformed.message);
}
