// One process of a control plane on another ledger than the right one, made of the product's own parts, with the same sides: it
// follows its log, compares what it finds at the sides, and carries out what its own clients ask for, as far as it may.
import type { LedgerCommand } from '@holdfast/ledger';
import { LedgerCommands, LedgerIdentity, LedgerReader, SideComparisons, toRejection } from '@holdfast/ledger';
import { SubnetLoop, VipNameLoop } from '@holdfast/ledger';
import { FORMAT_LEVEL } from '@holdfast/ipam';
import type { SeededChance } from '@holdfast/clock/testing';
import { FaultyStore } from '../faulty-store';
import { Life } from '../life';
import type { Machine, ProjectorProcess, RunningProjector } from '../process';
import type { Surroundings } from '../surroundings';
import type { RivalLog } from './rival-log';

export class RivalPlane implements ProjectorProcess {
  readonly life: Life;
  readonly reader: LedgerReader;
  readonly identity: LedgerIdentity;
  readonly sides: SideComparisons;
  readonly ledger: LedgerCommands;
  readonly projectors: readonly RunningProjector[];
  readonly isSoleWriter: boolean;
  readonly incarnation = 1;
  private asked = 0;

  constructor(
    readonly machine: Machine,
    readonly chance: SeededChance,
    log: RivalLog,
    private readonly world: Surroundings,
  ) {
    const { scheduler, faults, trace, isShared, planted } = world;
    this.isSoleWriter = !isShared;
    this.life = new Life(
      machine.name,
      scheduler,
      machine.wall,
      () => false,
      () => undefined,
    );
    const { clock } = this.life;
    const store = new FaultyStore({ life: this.life, log, faults, scheduler, trace, isShared });
    this.reader = new LedgerReader({ store, clock, chance });
    const identity = new LedgerIdentity({
      ...{ store, reader: this.reader, clock, chance, refuse: toRejection },
      isSoleWriter: this.isSoleWriter,
      program: { version: 'simulated', level: FORMAT_LEVEL },
    });
    this.identity = planted.identity?.(identity) ?? identity;
    this.sides = new SideComparisons({
      ...{ reader: this.reader, identity: this.identity, clock, sides: machine.sides },
      ...{ servesUncompared: false, onFault: (fault: unknown) => world.faulted(fault) },
    });
    const options = { store, clock, chance, refuse: toRejection, windowMs: world.windowMs };
    this.ledger = new LedgerCommands(
      new SubnetLoop({ ...options, hasOtherWriters: isShared }),
      new VipNameLoop({ ...options, hasOtherWriters: isShared }),
      clock,
      () => this.sides.refusal(),
    );
    this.projectors = machine.projectors.map((make) => make(this, world));
  }

  start(): void {
    void this.reader
      .start()
      .then(() => this.identity.start())
      .then(() => {
        for (const projector of this.projectors) if (!this.life.isOver) projector.start();
      });
  }

  ask(command: LedgerCommand): void {
    this.asked += 1;
    const commandId = `${this.life.name}-${this.asked}`;
    this.ledger
      .execute({ commandId, command, actor: { name: 'client', through: 'nats' } })
      .catch((fault: unknown) => this.world.faulted(fault));
  }

  end(): void {
    this.life.end();
    for (const projector of this.projectors) projector.died();
  }
}
