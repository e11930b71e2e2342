// One process of the control plane: a ledger role, a reader with its view, and projectors, on one life. It is made from
// nothing but what is durable, and when it dies nothing else is left of it.
import type { EventStore, RemembersReplies } from '@holdfast/event-store';
import { SeededChance } from '@holdfast/clock/testing';
import { FORMAT_LEVEL, type SubnetFact } from '@holdfast/ipam';
import { EventWitness } from '../check/witness';
import { LedgerIdentity, type LedgerOutcome, LedgerReader, toRejection } from '@holdfast/ledger';
import { Violation } from '../engine/violation';
import { ClockOfProcess } from './clock-of-process';
import { FaultyStore } from './faulty-store';
import { LedgerRole } from './ledger-role';
import { EPOCH_MS, Life, type WallClock } from './life';
import type { Order } from '../orders/order';
import type { Surroundings } from './surroundings';

/** A part of a process that lives on its view. */
export interface RunningProjector {
  start(): void;
  /** Its process died: whoever it was connected to will find out. */
  died(): void;
  /** Whether all is done that there was to do, as far as it knows. */
  isSettled(): boolean;
}

export type ProjectorMaker = (process: Process, world: Surroundings) => RunningProjector;

export interface Machine {
  readonly name: string;
  readonly wall: WallClock;
  /** Whether clients' commands come here. */
  readonly takesOrders: boolean;
  readonly projectors: readonly ProjectorMaker[];
}

export class Process {
  readonly life: Life;
  readonly store: EventStore & RemembersReplies;
  readonly chance: SeededChance;
  readonly reader: LedgerReader;
  readonly ledger: LedgerRole;
  readonly identity: LedgerIdentity;
  readonly witness: EventWitness;
  readonly ownClock: ClockOfProcess;
  readonly projectors: readonly RunningProjector[];
  isReady = false;
  private factsSeen = 0;

  constructor(
    readonly machine: Machine,
    /** Which of the machine's processes it is, from 1. */
    readonly incarnation: number,
    private readonly world: Surroundings,
    onDeath: (process: Process) => void,
  ) {
    const { scheduler, faults, planted, log, history, trace, isShared } = world;
    const name = `${machine.name}#${incarnation}`;
    const diesHere = (): boolean => this.isReady && faults.strikes('crash-at-port', name);
    this.life = new Life(name, scheduler, machine.wall, diesHere, () => onDeath(this));
    this.chance = new SeededChance(world.draws.seed(`process ${name}`, () => world.chance.below(2 ** 31)));
    const { clock } = this.life;
    const store = new FaultyStore({ life: this.life, log, faults, scheduler, trace, isShared });
    this.store = planted.store?.(store, world, incarnation) ?? store;
    this.witness = new EventWitness(name, history);
    this.ledger = new LedgerRole(
      planted.deciders?.(world.deciders, world) ?? world.deciders,
      {
        store: this.store,
        clock: planted.loopClock?.(clock, world) ?? clock,
        chance: this.chance,
        refuse: toRejection,
        windowMs: world.windowMs,
        hasOtherWriters: isShared,
      },
      this.witness,
    );
    const readStore = planted.readStore?.(this.store, world, incarnation) ?? this.store;
    this.reader = new LedgerReader({ store: readStore, clock, chance: this.chance });
    this.identity = new LedgerIdentity({
      ...{ store: this.store, reader: this.reader, clock, chance: this.chance, refuse: toRejection },
      isSoleWriter: !isShared,
      program: { version: 'simulated', level: FORMAT_LEVEL },
    });
    this.ownClock = new ClockOfProcess(this.life, this.reader, world);
    planted.view?.(this.reader.view, world);
    this.reader.onFacts((facts) => this.followed(facts));
    this.projectors = machine.projectors.map((make) => make(this, world));
  }

  /** Serves once its view shows what the log held, its clock is found good, and the log says that it works on it. */
  start(): void {
    void this.reader
      .start()
      .then(() => this.ownClock.begin())
      .then(() => this.identity.start())
      .then(() => {
        this.isReady = true;
        for (const projector of this.projectors) if (!this.life.isOver) projector.start();
      });
  }

  /** A client's command came; `answer` is called unless the process dies over it. */
  handle(order: Order, answer: (outcome: LedgerOutcome | 'fault') => void): void {
    const { commandId, issuedAtMs, command } = order;
    this.witness.delivering(commandId);
    const wasRemembered = this.world.answers.hasReplyTo(commandId);
    const envelope = { commandId, issuedAtMs, command, actor: { name: 'client', through: 'nats' } as const };
    const execute = this.world.planted.execute?.(this.ledger, this.world) ?? this.ledger;
    execute.execute(envelope).then(
      (outcome) => {
        if (this.life.isOver) return;
        const deliveredAt = this.witness.answered(commandId);
        const { offMs } = this.life;
        const nowMs = EPOCH_MS + this.world.scheduler.nowMs;
        const [earliestMs, latestMs] = [nowMs + offMs.min, nowMs + offMs.max];
        const answered = { order, outcome, deliveredAt, earliestMs, latestMs, wasRemembered };
        this.world.checked(() => this.world.answers.check(answered, this.witness));
        answer(outcome);
      },
      (fault: unknown) => {
        if (this.life.isOver) return;
        this.witness.answered(commandId);
        this.world.faulted(fault);
        answer('fault');
      },
    );
  }

  /** The view is told of each fact of the log once, in order. */
  private followed(facts: readonly SubnetFact[]): void {
    this.world.checked(() => {
      for (const fact of facts) {
        const expected = this.world.history.facts[this.factsSeen];
        this.factsSeen += 1;
        if (expected?.position !== fact.position || expected.event.type !== fact.event.type)
          throw new Violation(
            'view-fold',
            `${this.life.name} is told of ${fact.event.type} at ${fact.position} where the log has ${expected?.event.type} at ${expected?.position}`,
          );
      }
    });
  }
}
