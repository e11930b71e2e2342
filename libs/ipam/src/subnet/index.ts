export { STORED_SUBNET_EVENTS, type StoredEvent, subnetCodec } from './codec';
export * from './commands';
export * from './decision';
export * from './events';
export { type Reservation, SubnetState, addressesOf, purposeOf } from './state';
export { subnet } from './subnet';
