// One process of the control plane: a ledger role, a reader with its view, and projectors, on one life. It is made from
// nothing but what is durable, and when it dies nothing else is left of it.
import type { EventStore, RemembersReplies } from '@holdfast/event-store';
import { SeededChance } from '@holdfast/clock/testing';
import { FORMAT_LEVEL, type Side, type SubnetFact } from '@holdfast/ipam';
import { EventWitness } from '../check/witness';
import {
  type LedgerCommands,
  LedgerIdentity,
  type LedgerOutcome,
  LedgerReader,
  SideComparisons,
  toRejection,
} from '@holdfast/ledger';
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

/** What a projector has of the process that it is in. */
export interface ProjectorProcess {
  readonly machine: Machine;
  readonly incarnation: number;
  readonly life: Life;
  readonly chance: SeededChance;
  readonly reader: LedgerReader;
  readonly ledger: Pick<LedgerCommands, 'execute'>;
  readonly identity: LedgerIdentity;
  /** Where other ledgers may come to the sides. */
  readonly sides: SideComparisons | undefined;
  readonly isSoleWriter: boolean;
}

export type ProjectorMaker = (process: ProjectorProcess, world: Surroundings) => RunningProjector;

export interface Machine {
  readonly name: string;
  readonly wall: WallClock;
  /** Whether clients' commands come here. */
  readonly takesOrders: boolean;
  readonly projectors: readonly ProjectorMaker[];
  /** To which those write. */
  readonly sides: readonly Side[];
}

export class Process implements ProjectorProcess {
  readonly life: Life;
  readonly store: EventStore & RemembersReplies;
  readonly chance: SeededChance;
  readonly reader: LedgerReader;
  readonly ledger: LedgerRole;
  readonly identity: LedgerIdentity;
  readonly sides: SideComparisons | undefined;
  readonly isSoleWriter: boolean;
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
      world.markBook && (() => (this.sides as SideComparisons).refusal()),
    );
    const readStore = planted.readStore?.(this.store, world, incarnation) ?? this.store;
    this.reader = new LedgerReader({ store: readStore, clock, chance: this.chance });
    this.isSoleWriter = !isShared && !(world.markBook && world.isSpread);
    const identity = new LedgerIdentity({
      ...{ store: this.store, reader: this.reader, clock, chance: this.chance, refuse: toRejection },
      isSoleWriter: this.isSoleWriter,
      program: { version: 'simulated', level: FORMAT_LEVEL },
    });
    this.identity = planted.identity?.(identity) ?? identity;
    this.sides = world.markBook && this.comparing();
    this.ownClock = new ClockOfProcess(this.life, this.reader, world);
    planted.view?.(this.reader.view, world);
    this.reader.onFacts((facts) => this.followed(facts));
    this.projectors = machine.projectors.map((make) => make(this, world));
  }

  private comparing(): SideComparisons {
    const { reader, identity, machine, life, world } = this;
    return new SideComparisons({
      ...{ reader, identity, clock: life.clock, sides: machine.sides, servesUncompared: false },
      onFault: (fault) => world.faulted(fault),
    });
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
        // As retryable as a fault: nothing was decided.
        if (outcome.rejected?.code === 'Fenced') return answer('fault');
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
