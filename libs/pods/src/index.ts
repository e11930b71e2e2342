export { userOf } from './nic/nic-attachment';
export { VIRTUAL_MACHINE_INSTANCES, VIRTUAL_MACHINES } from './owner/machine-resources';
export { wantsOrdinal } from './owner/owner-standing';
export { PodAddresses, type PodAddressesOptions } from './projector/pod-addresses';
export { type Role, roleOf } from './request/live-migration';
export { DEFAULT_PROVIDER, readNicWish } from './request/nic-wish';
export { holderOf, type IdentityRules, type Owner, ownerOf, portOf } from './request/pod-identity';
