// Commands about subnets, as ipam has them.
import type { Address, DefineSubnet, RetireSubnet, ReviseSubnet } from '@holdfast/ipam';
import { type Checked, all, bad, each, optional, required, valid } from '../checked';
import type { DefineSubnetRequest, RetireSubnetRequest, ReviseSubnetRequest } from '../contract';
import * as fields from './fields';
import { labelsRequest } from './label';
import { type Asked, asked } from './options';
import { cooling } from './time';

/** One of each family; which families they are is the Subnet's to judge. */
const FAMILIES_MAX = 2;
/** A list that long is a list of addresses and not of rules; each entry costs every fold of the subnet. */
const EXCLUDED_MAX = 4096;

export function parseDefineSubnet(request: DefineSubnetRequest): Checked<Asked<DefineSubnet>> {
  if (request.cidrs.length === 0) return bad('cidrs', 'is required: one block, or one of each family');
  const command = all<DefineSubnet>({
    type: valid('DefineSubnet'),
    subnet: required(fields.name)('name', request.name),
    cidrs: each('cidrs', request.cidrs, FAMILIES_MAX, fields.cidrField),
    gateways: gateways(request),
    excluded: unlessEmpty(each('excluded', request.excluded, EXCLUDED_MAX, fields.rangeField)),
    coolingMs: cooling('cooling', request.cooling),
    router: optional(fields.name)('router', request.router),
    retention: optional(fields.retention)('retention', request.retention),
    labels: labelsRequest(request),
  });
  return asked(command, request.options);
}

export function parseReviseSubnet(request: ReviseSubnetRequest): Checked<Asked<ReviseSubnet>> {
  if (request.noExcluded && request.excluded.length > 0) {
    return bad('no_excluded', 'is at odds with excluded: give one of them');
  }
  if (request.noRouter && request.router !== '') {
    return bad('no_router', 'is at odds with router: give one of them');
  }
  if (request.noRetention && request.retention !== '') {
    return bad('no_retention', 'is at odds with retention: give one of them');
  }
  const excluded = each('excluded', request.excluded, EXCLUDED_MAX, fields.rangeField);
  const command = all<ReviseSubnet>({
    type: valid('ReviseSubnet'),
    subnet: required(fields.name)('name', request.name),
    cidrs: unlessEmpty(each('cidrs', request.cidrs, FAMILIES_MAX, fields.cidrField)),
    gateways: gateways(request),
    excluded: request.noExcluded ? excluded : unlessEmpty(excluded),
    coolingMs: cooling('cooling', request.cooling),
    router: request.noRouter ? valid('') : optional(fields.name)('router', request.router),
    retention: request.noRetention ? valid(null) : optional(fields.retention)('retention', request.retention),
  });
  return asked(command, request.options);
}

export function parseRetireSubnet(request: RetireSubnetRequest): Checked<Asked<RetireSubnet>> {
  const command = all<RetireSubnet>({
    type: valid('RetireSubnet'),
    subnet: required(fields.name)('name', request.name),
  });
  return asked(command, request.options);
}

/** None given is not the same as that there be none. */
function gateways(
  request: Pick<DefineSubnetRequest, 'gateways' | 'noGateway'>,
): Checked<Address[] | undefined> {
  if (request.noGateway && request.gateways.length > 0) {
    return bad('no_gateway', 'is at odds with gateways: give one of them');
  }
  const checked = each('gateways', request.gateways, FAMILIES_MAX, fields.addressField);
  return request.noGateway ? checked : unlessEmpty(checked);
}

function unlessEmpty<Item>(checked: Checked<Item[]>): Checked<Item[] | undefined> {
  return checked.invalid || checked.value.length > 0 ? checked : valid(undefined);
}
