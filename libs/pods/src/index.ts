export { userOf } from './nic/nic-attachment';
export { VIRTUAL_MACHINE_INSTANCES, VIRTUAL_MACHINES } from './owner/machine-resources';
export { wantsOrdinal } from './owner/owner-standing';
export { PodAddressProjector, type PodAddressProjectorOptions } from './projector/pod-address-projector';
export { type MigrationRole, roleOf } from './request/live-migration';
export { DEFAULT_PROVIDER, readNicRequest } from './request/nic-request';
export { holderOf, type IdentityRules, type Owner, ownerOfPod, portOfNic } from './request/pod-identity';
