export type { Bound, Projection } from './object/vip-elsewhere';
export { rangesWithin, readPool } from './pool/pool-spec';
export { ObjectProjector } from './projector/object-projector';
export { readSubnet } from './subnet/subnet-spec';
export { importActor } from './vip/import-actor';
export { readVipSpec, type VipSpec } from './vip/vip-spec';
