// Hands ports of a Northbound over to Holdfast, and back to Kube-OVN, by their keys in `external_ids` and nothing else.
// It is no projector: what a port that was handed over should be, it does not know.
import { Backoff, sleep } from '@holdfast/clock';
import type { LedgerMark, LedgerView } from '@holdfast/ipam';
import {
  type OvsdbOperation,
  OvsdbClient,
  type OvsdbClientOptions,
  type OvsdbReplica,
} from '@holdfast/ovsdb';
import {
  fence,
  globalRow,
  type GlobalRow,
  OVN_Northbound,
  type OVN_Northbound_Tables,
  record,
  recordedIn,
  WATCHED,
  type WatchedTables,
} from '@holdfast/ovn/planning';
import { PROJECTOR_LOCK } from '@holdfast/ovn';
import { judgeMark } from './judge-mark';
import { type AnsweredAddress, answeredAddresses } from './leftovers';
import { planGiveBack, type PortToGiveBack } from './plan-give-back';
import { type NorthboundClaim, northboundClaims } from './northbound-claims';
import { planTakeOver, type PortToTakeOver, type TakeOverPlan } from './plan-take-over';
import { indexed, type NorthboundTables } from './snapshot';
import { giveBack, type PortOperations, takeOver } from './take-over-operations';
import { rowChanged, type TakeOverConflict } from './take-over-conflict';

export interface HandOverOptions extends Omit<OvsdbClientOptions<OVN_Northbound_Tables>, 'database'> {
  /** Orders two positions of the ledger: negative, zero or positive. */
  readonly comparePositions: (a: string, b: string) => number;
  /** For how long to wait for a server, and for the projectors' lock. */
  readonly timeoutMs: number;
}

/** Why nothing, or nothing more, was handed over. */
export interface HandOverRefusal {
  readonly code: 'LedgerEmpty' | 'LedgerBehind' | 'OtherLedger' | 'Contended' | 'ProjectorActive' | 'Refused';
  readonly message: string;
}

export interface HandedOver<Port> {
  readonly done: readonly Port[];
  /** Ports that changed meanwhile. */
  readonly conflicts: readonly TakeOverConflict[];
  readonly refusal?: HandOverRefusal;
}

/** The server's best size, as for a projector's own (see reconciler.ts). */
const PORTS_PER_TRANSACTION = 100;
/** Between reading and writing a projector may have moved the checkpoint; so often in a row only if it never rests. */
const ATTEMPTS_MAX = 20;
const AFTER_CONTENTION = { firstMs: 5, maxMs: 250 };

interface Handable {
  readonly key: PortToTakeOver['key'];
  readonly row: PortToTakeOver['row'];
}

export class NorthboundHandOver {
  private readonly client: OvsdbClient<OVN_Northbound_Tables>;
  private readonly replica: OvsdbReplica<WatchedTables>;

  /** Begins to connect and returns at once. @throws OvsdbFault `invalid-remote` */
  constructor(private readonly options: HandOverOptions) {
    this.client = OvsdbClient.open({ ...options, database: OVN_Northbound });
    this.replica = this.client.replicate(WATCHED) as OvsdbReplica<WatchedTables>;
  }

  /** @throws OvsdbFault why there is no server to be had in time */
  whenRead(): Promise<void> {
    return this.inTime(async (signal) => {
      await this.client.whenConnected(signal);
      await this.replica.whenSynced(signal);
    });
  }

  /** What can be taken over now, by a ledger that is so. */
  plan(view: LedgerView): TakeOverPlan {
    return planTakeOver(view, this.tables(), this.options.chance);
  }

  /** What OVN answers for, for others than Holdfast. */
  answered(): readonly AnsweredAddress[] {
    const tables = this.tables();
    return answeredAddresses(indexed(tables), tables.Logical_Switch.values());
  }

  /** What its rows of Holdfast's say of who has which address. */
  claims(): readonly NorthboundClaim[] {
    return northboundClaims(this.tables());
  }

  planGiveBack(): readonly PortToGiveBack[] {
    return planGiveBack([...this.replica.table('Logical_Switch_Port').values()]);
  }

  /**
   * Some transactions, each of which happens only while the checkpoint is that of our ledger and its rows are as they were
   * judged. An active projector goes on meanwhile: from its next look on these ports are its own, and whatever the ledger
   * says by then.
   * @param mark where the ledger stood when the plan was made
   * @param now where it stands now: asked when the Northbound is ahead of `mark`
   */
  async takeOver(
    ports: readonly PortToTakeOver[],
    mark: LedgerMark,
    now: () => Promise<LedgerMark> = () => Promise.resolve(mark),
  ): Promise<HandedOver<PortToTakeOver>> {
    // A database that nobody initialised yet gets its global row first, as from a projector.
    if (ports.length > 0 && !this.global()) await this.client.transact([fence(undefined), globalRow()]);
    const { comparePositions } = this.options;
    let latest = mark;
    const before = async (): Promise<readonly OvsdbOperation[] | HandOverRefusal> => {
      let verdict = judgeMark(this.global(), latest, comparePositions);
      if (verdict.may === 'wait' && verdict.why === 'LedgerBehind') {
        latest = await now();
        verdict = judgeMark(this.global(), latest, comparePositions);
      }
      if (verdict.may === 'wait') return { code: verdict.why, message: verdict.message };
      const global = this.global();
      if (!global) return [fence(undefined)];
      // What was compared is no newer than `mark`, so that the checkpoint is never moved back, nor further than that.
      const { position } = recordedIn(global);
      const isBehind = position === undefined || comparePositions(position, mark.position ?? position) < 0;
      return [fence(global), ...(isBehind ? record(global, mark) : [])];
    };
    return this.inGroups(ports, before, takeOver);
  }

  /** Waits for the projectors' lock: one that is active would take the ports back at once. */
  async giveBack(ports: readonly PortToGiveBack[]): Promise<HandedOver<PortToGiveBack>> {
    const lock = this.client.lock(PROJECTOR_LOCK);
    try {
      const held = await this.inTime((signal) => lock.whenHeld(signal)).then(
        () => true,
        () => false,
      );
      if (!held) return { done: [], conflicts: [], refusal: PROJECTOR_ACTIVE };
      return await this.inGroups(
        ports,
        () => Promise.resolve([lock.assertion()]),
        ({ row }) => giveBack(row),
      );
    } finally {
      await lock.release();
    }
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private async inGroups<Port extends Handable>(
    ports: readonly Port[],
    before: () => Promise<readonly OvsdbOperation[] | HandOverRefusal>,
    operationsFor: (port: Port) => PortOperations,
  ): Promise<HandedOver<Port>> {
    const { clock, chance } = this.options;
    const backoff = new Backoff(AFTER_CONTENTION, chance);
    const done: Port[] = [];
    const conflicts: TakeOverConflict[] = [];
    let waiting = [...ports];
    for (let attempt = 1; waiting.length > 0; attempt += 1) {
      const head = await before();
      if ('code' in head) return { done, conflicts, refusal: head };
      if (attempt > ATTEMPTS_MAX) return { done, conflicts, refusal: CONTENDED };
      const group = waiting.slice(0, PORTS_PER_TRANSACTION);
      const sent = await this.send(head, group.map(operationsFor));
      if (sent === 'done') {
        done.push(...group);
        waiting = waiting.slice(group.length);
        attempt = 0;
        backoff.reset();
      } else if (typeof sent === 'object') return { done, conflicts, refusal: sent };
      else if (sent === 'fenced') await sleep(clock, backoff.nextDelayMs());
      else {
        const port = group[sent] as Port;
        conflicts.push(rowChanged(port.key, port.row.name));
        waiting = waiting.filter((other) => other !== port);
        attempt = 0;
      }
    }
    return { done, conflicts };
  }

  /** What became of it: the number of the port that is not as it was, or why the server refuses. */
  private async send(
    head: readonly OvsdbOperation[],
    ports: readonly PortOperations[],
  ): Promise<'done' | 'fenced' | number | HandOverRefusal> {
    const guards = ports.flatMap((port) => port.guards);
    const result = await this.client.transact([...head, ...guards, ...ports.flatMap((port) => port.writes)]);
    if (result.outcome === 'committed') return 'done';
    const { operation = -1, error, details } = result;
    if (operation < head.length && operation >= 0) return 'fenced';
    if (error !== 'timed out')
      return { code: 'Refused', message: `The Northbound refused: ${details ?? error}.` };
    let last = head.length - 1;
    return ports.findIndex((port) => operation <= (last += port.guards.length));
  }

  private global(): GlobalRow | undefined {
    const [global] = this.replica.table('NB_Global').values();
    return global;
  }

  private tables(): NorthboundTables {
    const names = Object.keys(WATCHED) as (keyof WatchedTables)[];
    return Object.fromEntries(
      names.map((name) => [name, this.replica.table(name)]),
    ) as unknown as NorthboundTables;
  }

  private async inTime(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { clock, timeoutMs } = this.options;
    const late = new AbortController();
    const cancel = clock.after(timeoutMs, () => {
      const { state } = this.client;
      late.abort(state.status === 'connecting' ? state.fault : undefined);
    });
    try {
      await work(late.signal);
    } finally {
      cancel();
    }
  }
}

const CONTENDED: HandOverRefusal = {
  code: 'Contended',
  message: `A projector moved the checkpoint ${ATTEMPTS_MAX} times in a row between reading and writing; run the same again when there is less to do.`,
};

const PROJECTOR_ACTIVE: HandOverRefusal = {
  code: 'ProjectorActive',
  message: `A projector is active (it has the lock ${PROJECTOR_LOCK}) and would take the ports back at once; stop every control plane with this Northbound first.`,
};
