// Other ledgers at the sides of the right one, as a fault: an older backup or a new file in its place, a clone or a stranger beside
// it. Each has a plane of its own and clients, for a while; then somebody notices and puts the right one back. Where such a ledger
// has come to be a side's in all honesty (nothing there said that it was another's), the mark is taken away by hand.
import type { RecordedEvent } from '@holdfast/event-store';
import type { SeededChance } from '@holdfast/clock/testing';
import type { LedgerMark, Side } from '@holdfast/ipam';
import { operationsOf } from '@holdfast/ovsdb';
import { OVN_Northbound as OVN_NORTHBOUND } from '@holdfast/ovn/testing';
import { clusterMark, type MarkBook, northboundMark, northboundMarkKeys } from '../../check/mark-book';
import { Violation } from '../../engine/violation';
import type { Orders } from '../../orders/orders';
import type { RivalAct } from '../act';
import { KubernetesRole } from '../projectors/kubernetes-projector';
import { OvnProjector } from '../projectors/ovn-projector';
import type { Machine, Process, ProjectorMaker } from '../process';
import type { Surroundings } from '../surroundings';
import { RivalLog } from './rival-log';
import { RivalPlane } from './rival-plane';

export interface RivalsWorld extends Surroundings {
  readonly machines: readonly Machine[];
  readonly processes: ReadonlyMap<string, Process>;
  readonly markBook: MarkBook | undefined;
  readonly sides: readonly Side[];
  violated(found: unknown): void;
}

interface Rival {
  readonly plane: RivalPlane;
  readonly log: RivalLog;
  /** Sides whose mark was, at some time, one that its log knows: what was found there may be believed for a moment too long. */
  readonly had: Set<Side>;
  /** Whether the right planes are stopped meanwhile. */
  readonly replaces: boolean;
  stopWatching: () => void;
}

/** Between two commands of its clients, at most. */
const ASKS_EVERY_MAX_MS = 150;

const { mutate } = operationsOf(OVN_NORTHBOUND);

export class Rivals {
  private rival: Rival | undefined;
  private begun = 0;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly world: RivalsWorld,
    private readonly orders: Orders,
    private readonly chance: SeededChance,
  ) {}

  /** Calls `boot` at once, or when the right planes may run again. */
  whenRightMayRun(boot: () => void): void {
    if (this.rival?.replaces) this.waiting.push(boot);
    else boot();
  }

  begin({ rival: kind, share, forMs }: RivalAct): void {
    const { world } = this;
    const events = this.rival ? undefined : this.copied(kind, share);
    if (!events) return;
    this.begun += 1;
    world.note(`a rival: ${kind} with ${events.length} events for ${forMs} ms`);
    const replaces = kind === 'restored' || kind === 'lost';
    if (replaces) {
      // Whoever dies from now on waits.
      this.rival = { replaces } as Rival;
      for (const { life } of world.processes.values()) life.end();
    }
    this.rival = this.made(replaces);
    void this.run(this.rival, events);
    const begun = this.begun;
    world.scheduler.after(forMs, () => (begun === this.begun ? this.end() : undefined));
  }

  /** The right ledger is the only one, and no side says otherwise. */
  heal(): void {
    this.end();
    this.takeMarkAway();
  }

  /** Undefined: there is nothing by which anybody could know whose the sides are. */
  private copied(kind: RivalAct['rival'], share: number): readonly RecordedEvent[] | undefined {
    const { markBook, sides, isShared } = this.world;
    const positions = sides.map((side) => Number(this.markAt(side).position ?? 0));
    const first = Math.min(...positions);
    if (!markBook || sides.length === 0 || first < 1) return undefined;
    if (kind === 'lost' || kind === 'second') return [];
    const isEqual = kind === 'clone' && !isShared && sides.every((side) => side === 'northbound');
    return markBook.events.slice(0, isEqual ? undefined : Math.floor(share * first));
  }

  private made(replaces: boolean): Rival {
    const { world, begun } = this;
    const log: RivalLog = new RivalLog((recorded) =>
      this.rival?.log === log ? this.given(recorded) : undefined,
    );
    const machine: Machine = {
      ...{ name: `rival-${begun}`, wall: { offMs: 0 }, takesOrders: false, sides: world.sides },
      projectors: world.sides.map((side) => MAKERS[side] as ProjectorMaker),
    };
    const plane = new RivalPlane(machine, this.chance, log, this.around(log));
    return { plane, log, had: new Set(), replaces, stopWatching: () => undefined };
  }

  /** The world as its process has it: the same sides, and another log. */
  private around(log: RivalLog): Surroundings {
    const { world } = this;
    const northboundChecker = {
      // Its positions are none of the right log's.
      ourTransaction: (...[before, after]: Parameters<Surroundings['northboundChecker']['ourTransaction']>) =>
        world.northboundChecker.ourTransaction(before, after, Infinity),
    };
    const own: Partial<Surroundings> = {
      ...{ markBook: log.book, northboundChecker: northboundChecker as Surroundings['northboundChecker'] },
      checked: (check) => world.checked(check),
      faulted: (fault) => world.faulted(fault),
      annotationsWritten: () => undefined,
    };
    return Object.assign(Object.create(world) as Surroundings, own);
  }

  private async run(rival: Rival, events: readonly RecordedEvent[]): Promise<void> {
    await rival.log.copy(events);
    this.look();
    rival.stopWatching = this.world.northbound.onCommit(() => this.look());
    rival.plane.start();
    this.askLater(rival);
  }

  private askLater(rival: Rival): void {
    const inMs = Math.ceil(this.chance.random() * ASKS_EVERY_MAX_MS);
    rival.plane.life.clock.after(inMs, () => {
      rival.plane.ask(this.orders.next());
      this.world.checked(() => this.checkLock(rival));
      this.askLater(rival);
    });
  }

  private look(): void {
    const { rival } = this;
    for (const side of this.world.sides)
      if (rival && rival.log.book.whyForeign(this.markAt(side)) === undefined) rival.had.add(side);
  }

  private given({ type, stream }: { readonly type: string; readonly stream: string }): void {
    const { rival, world } = this;
    this.look();
    const foreign = world.sides.find((side) => rival && !rival.had.has(side));
    if (foreign !== undefined)
      world.violated(
        new Violation(
          'which-ledger',
          `${rival?.plane.life.name} gives out an address (${type} in ${stream}), and the ${foreign} was never its ledger's`,
        ),
      );
  }

  /** Who is fenced holds no lock. */
  private checkLock({ plane, had }: Rival): void {
    const { lock } = this.world;
    const holds = plane.projectors.some((one) => one instanceof OvnProjector && lock.isHeldBy(one.session));
    if (holds && !had.has('northbound'))
      throw new Violation(
        'which-ledger',
        `${plane.life.name} holds the lock of a Northbound that never was its ledger's`,
      );
  }

  private end(): void {
    const { rival } = this;
    if (!rival) return;
    this.world.note(`${rival.plane.life.name} ends`);
    rival.stopWatching();
    rival.plane.end();
    this.rival = undefined;
    this.takeMarkAway();
    for (const boot of this.waiting.splice(0)) boot();
  }

  /** By hand, where it is not the right ledger's. */
  private takeMarkAway(): void {
    const { northbound, markBook, outside } = this.world;
    if (markBook?.whyForeign(northboundMark(northbound.tables)) === undefined) return;
    this.world.note("the operator takes the Northbound's mark away");
    const ids = [['external_ids', 'delete', [...northboundMarkKeys]]];
    northbound.transact([mutate('NB_Global', [], ids as never)], () => outside.uuid());
  }

  private markAt(side: Side): LedgerMark {
    const { northbound, cluster } = this.world;
    return side === 'northbound' ? northboundMark(northbound.tables) : clusterMark(cluster);
  }
}

const MAKERS: Partial<Record<Side, ProjectorMaker>> = {
  northbound: (process, world) => new OvnProjector(process, world),
  kubernetes: (process, world) => new KubernetesRole(process, world),
};
