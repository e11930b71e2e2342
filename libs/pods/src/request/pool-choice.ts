// Which pools a NIC's addresses may come from: the one that it names, those of its Namespace's annotation, those that are
// for its Namespace; otherwise from none. Pure.
import { type AddressPair, addressesOf, type SubnetState } from '@holdfast/ipam';
import { annotationOf, type KubernetesObject, nicAnnotation } from '@holdfast/kube-api';
import { isAddressList } from './address-list';
import { DEFAULT_PROVIDER, POOL_WORD } from './nic-request';

export interface PoolRequest {
  /** In this order; undefined: from none of the pools. */
  readonly pools: (subnet: SubnetState) => readonly (string | undefined)[];
  /** A list of addresses, which is none of our pools (./address-list). */
  readonly list?: string;
}

export function poolRequest(
  pod: KubernetesObject,
  provider: string,
  namespace: KubernetesObject | undefined,
): PoolRequest {
  const own = annotationOf(pod, nicAnnotation(provider, POOL_WORD));
  if (isAddressList(own)) return { list: own, pools: () => [undefined] };
  if (own !== '') return { pools: () => [own] };
  if (provider !== DEFAULT_PROVIDER) return { pools: () => [undefined] };
  const text = namespace ? annotationOf(namespace, nicAnnotation(DEFAULT_PROVIDER, POOL_WORD)) : '';
  const named = text.split(',').map((it) => it.trim());
  const listed = named.filter((it) => it !== '');
  return { pools: (subnet) => (listed.length > 0 ? known(subnet, listed) : bound(subnet, pod)) };
}

/** Whether what the holder had comes from there; what has no pool may have been anywhere. */
export function isOfPool(subnet: SubnetState, pool: string | undefined, former: AddressPair): boolean {
  if (pool === undefined) return true;
  const ranges = subnet.definition?.pools?.find(({ name }) => name === pool)?.ranges ?? [];
  return addressesOf(former).every((address) =>
    ranges.some(({ first, last }) => typeof first === typeof address && first <= address && address <= last),
  );
}

/** Of those that are listed, the ones that this Subnet has; where it has none of them, its refusal says so. */
function known({ definition }: SubnetState, listed: readonly string[]): readonly string[] {
  const here = listed.filter((name) => definition?.pools?.some((pool) => pool.name === name));
  return here.length > 0 ? here : listed.slice(0, 1);
}

function bound({ definition }: SubnetState, { metadata }: KubernetesObject): readonly (string | undefined)[] {
  const pools = definition?.pools ?? [];
  const ofNamespace = pools.filter(({ namespaces }) => namespaces.includes(metadata.namespace ?? ''));
  return ofNamespace.length > 0 ? ofNamespace.map(({ name }) => name) : [undefined];
}
