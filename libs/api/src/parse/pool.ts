// Commands and queries about pools. Which ranges a pool may have is the Subnet's to decide.
import { type DefinePool, POOL_RANGES_MAX, type RetirePool } from '@holdfast/ipam';
import { type Checked, all, bad, each, optional, required, valid } from '../checked';
import type { DefinePoolRequest, GetPoolRequest, ListPoolsRequest, RetirePoolRequest } from '../contract';
import type { GetPool, ListPools } from '../query';
import * as fields from './fields';
import { labelSelector, labelsRequest } from './label';
import { type Asked, asked } from './options';
import { page } from './page';
import { atLeastPosition } from './query';

/** Each stands in every event that says what the subnet is from then on. */
const NAMESPACES_MAX = 256;

export function parseDefinePool(request: DefinePoolRequest): Checked<Asked<DefinePool>> {
  if (request.ranges.length === 0) return bad('ranges', 'is required: say which addresses are set aside');
  const command = all<DefinePool>({
    type: valid('DefinePool'),
    ...place(request),
    ranges: each('ranges', request.ranges, POOL_RANGES_MAX, fields.rangeField),
    namespaces: each('namespaces', request.namespaces, NAMESPACES_MAX, fields.kubernetesNamespace),
    labels: labelsRequest(request),
  });
  return asked(command, request.options);
}

export function parseRetirePool(request: RetirePoolRequest): Checked<Asked<RetirePool>> {
  return asked(all<RetirePool>({ type: valid('RetirePool'), ...place(request) }), request.options);
}

export function parseGetPool(request: GetPoolRequest): Checked<GetPool> {
  return all<GetPool>({
    type: valid('GetPool'),
    ...place(request),
    atLeastPosition: atLeastPosition(request),
  });
}

export function parseListPools(request: ListPoolsRequest): Checked<ListPools> {
  return all<ListPools>({
    type: valid('ListPools'),
    subnet: optional(fields.name)('subnet', request.subnet),
    labels: labelSelector(request),
    page: page('ListPools', request),
    atLeastPosition: atLeastPosition(request),
  });
}

const place = (request: { readonly subnet: string; readonly name: string }) => ({
  subnet: required(fields.name)('subnet', request.subnet),
  name: required(fields.name)('name', request.name),
});
