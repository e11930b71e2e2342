// Where a bug may be put into a world: each seam stands around a port, a decider or a dependency of the product, never
// inside the product. Without any, the world is the product's own.
import type { EventStore } from '@holdfast/event-store';
import type { LedgerView } from '@holdfast/ipam';
import type { KubernetesApi, Ledger, PodAddressesOptions } from '@holdfast/kube';
import type { Northbound } from '@holdfast/ovn';
import type { NorthboundLock } from '../northbound/lock';
import type { Deciders, LedgerRole } from './ledger-role';
import type { Bus } from './bus';
import type { World } from './world';

export interface Planted {
  readonly deciders?: (deciders: Deciders, world: World) => Deciders;
  /** As the loops and the reader have it. */
  readonly store?: (store: EventStore, world: World, incarnation: number) => EventStore;
  /** As the reader alone has it. */
  readonly readStore?: (store: EventStore, world: World, incarnation: number) => EventStore;
  /** Between the transport and the ledger. */
  readonly execute?: (ledger: LedgerRole, world: World) => Pick<LedgerRole, 'execute'>;
  /** What a process follows the log into. */
  readonly view?: (view: LedgerView, world: World) => void;
  readonly northbound?: (northbound: Northbound, world: World) => Northbound;
  readonly kubernetes?: (api: KubernetesApi, world: World) => KubernetesApi;
  readonly kubernetesLedger?: (ledger: Ledger, world: World) => Ledger;
  /** As the projector that gives Pods their addresses has them. */
  readonly podsApi?: (api: KubernetesApi, world: World) => KubernetesApi;
  readonly podsLedger?: (ledger: Ledger, world: World) => Ledger;
  readonly podsOptions?: Partial<PodAddressesOptions>;
  readonly lock?: (lock: NorthboundLock) => NorthboundLock;
  readonly bus?: (bus: Bus, world: World) => Bus;
}

export const NOTHING_PLANTED: Planted = {};
