// In which Subnet an IPPool's pool is defined. A pool's name is unique in its Subnet only, and other transports define pools,
// too: so the object itself keeps where its own is, written before it is defined there.
import type { KubernetesObject } from '@holdfast/kube-api';

/** On an IPPool: name of the Subnet that has, or is about to have, its pool. Written by the control plane alone. */
export const POOL_SUBNET_ANNOTATION = 'holdfast.io/pool-subnet';

export function homeOf({ metadata }: KubernetesObject): string | undefined {
  return metadata.annotations?.[POOL_SUBNET_ANNOTATION]?.trim() || undefined;
}
