export type { Bound, Projection } from './object/vip-elsewhere';
export { rangesWithin, readPool } from './pool/pool-spec';
export { KubernetesFace } from './projector/kubernetes-face';
export { readSubnet } from './subnet/subnet-spec';
export { importActor } from './vip/import-actor';
export { readVipSpec, type VipWanted } from './vip/vip-spec';
