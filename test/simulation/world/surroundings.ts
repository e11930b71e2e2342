// What the parts of a world know of it: time, chance, faults, what is durable, what is outside, and who checks. And where a
// bug may be put into it: each seam stands around a port, a decider or a dependency of the product, never inside the
// product. Without any, the world is the product's own.
import type { Clock } from '@holdfast/clock';
import type { SeededChance } from '@holdfast/clock/testing';
import type { EventStore, RemembersReplies } from '@holdfast/event-store';
import type { LedgerView } from '@holdfast/ipam';
import type { KubernetesApi, LeaseElection } from '@holdfast/kube-api';
import type { LedgerIdentity, ProjectorLedger } from '@holdfast/ledger';
import type { PodAddressProjectorOptions } from '@holdfast/pods';
import type { Northbound } from '@holdfast/ovn';
import type { Answers } from '../check/answers';
import type { History } from '../check/history';
import type { MarkBook } from '../check/mark-book';
import type { NorthboundChecker } from '../check/northbound';
import type { Draws } from '../engine/draws';
import type { SeededFaults } from '../engine/faults';
import type { Scheduler } from '../engine/scheduler';
import type { Trace } from '../engine/trace';
import type { Cluster } from '../kubernetes/cluster';
import type { NorthboundDatabase } from '../northbound/database';
import type { NorthboundLock } from '../northbound/lock';
import type { Deciders, LedgerRole } from './ledger-role';
import type { Bus } from './bus';
import type { DurableLog } from './durable-log';

export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly chance: SeededChance;
  /** What is outside draws from its own chance. */
  readonly outside: SeededChance;
  /** What a recorded run keeps of chance, and a told story gives back. */
  readonly draws: Draws;
  readonly trace: Trace;
  readonly planted: Planted;
  readonly faults: SeededFaults;
  readonly history: History;
  readonly log: DurableLog;
  readonly deciders: Deciders;
  readonly windowMs: number;
  readonly answers: Answers;
  readonly northbound: NorthboundDatabase;
  readonly lock: NorthboundLock;
  readonly northboundChecker: NorthboundChecker;
  readonly cluster: Cluster;
  /** Whether the store takes appends of several processes, and of those that are dead by now; else it is one's own. */
  readonly isShared: boolean;
  /** Whether there are several processes on the log. */
  readonly isSpread: boolean;
  readonly hasKubernetes: boolean;
  readonly hasPods: boolean;
  /** Whether several processes could work on the cluster, so that one does by a Lease. */
  readonly hasLease: boolean;
  /** Of the log, where other ledgers come to the sides; then every process compares and keeps marks there. */
  readonly markBook: MarkBook | undefined;
  note(what: string): void;
  /** Runs a check; the first violation is the run's. */
  checked(check: () => void): void;
  /** What a transport was told instead of an answer; a bug is no fault. */
  faulted(fault: unknown): void;
  /** A projector wrote, wherever it writes to. */
  wrote(where: 'northbound' | 'kubernetes'): void;
  /** A process of ours wrote to an object. */
  annotationsWritten(request: { readonly path: string; readonly body?: unknown }, now: unknown): void;
}

/** What of an election those ask whom it lets work. */
export type Election = Pick<LeaseElection, 'isActive' | 'whileActive'>;

type Store = EventStore & RemembersReplies;

export interface Planted {
  readonly deciders?: (deciders: Deciders, world: Surroundings) => Deciders;
  /** As the loops and the reader have it. */
  readonly store?: (store: Store, world: Surroundings, incarnation: number) => Store;
  /** As the loops have it. */
  readonly loopClock?: (clock: Clock, world: Surroundings) => Clock;
  /** As the reader alone has it. */
  readonly readStore?: (store: Store, world: Surroundings, incarnation: number) => EventStore;
  /** Between the transport and the ledger. */
  readonly execute?: (ledger: LedgerRole, world: Surroundings) => Pick<LedgerRole, 'execute'>;
  /** What a process follows the log into. */
  readonly view?: (view: LedgerView, world: Surroundings) => void;
  readonly northbound?: (northbound: Northbound, world: Surroundings) => Northbound;
  readonly kubernetes?: (api: KubernetesApi, world: Surroundings) => KubernetesApi;
  readonly kubernetesLedger?: (ledger: ProjectorLedger, world: Surroundings) => ProjectorLedger;
  /** As the projector that gives Pods their addresses has them. */
  readonly podsApi?: (api: KubernetesApi, world: Surroundings) => KubernetesApi;
  readonly podsLedger?: (ledger: ProjectorLedger, world: Surroundings) => ProjectorLedger;
  readonly podsOptions?: Partial<PodAddressProjectorOptions>;
  /** By which a process knows whether it is the one that works on the cluster. */
  readonly election?: (election: Election) => Election;
  /** As the projector of the Northbound knows its ledger from others. */
  readonly northboundIdentity?: (identity: LedgerIdentity) => LedgerIdentity;
  /** By which a process does. */
  readonly identity?: (identity: LedgerIdentity) => LedgerIdentity;
  readonly lock?: (lock: NorthboundLock) => NorthboundLock;
  readonly bus?: (bus: Bus, world: Surroundings) => Bus;
}

export const NOTHING_PLANTED: Planted = {};
