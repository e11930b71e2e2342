export { PodAddresses, type PodAddressesOptions, type PodAddressesStatus } from './pod-addresses';
export type { Difference } from './pod-context';
export { RETENTION_ANNOTATION, VIP_ANNOTATION } from './followed-pod';
export { VIRTUAL_MACHINE_INSTANCES, VIRTUAL_MACHINES } from './machine-resources';
