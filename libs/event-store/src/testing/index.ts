export { EventStoreDbContractServer } from './eventstoredb-contract-server';
export { describeEventStore } from './event-store-suite';
export type { Faults, Ground, Means, Skipped, StoreHarness } from './harness/harness';
