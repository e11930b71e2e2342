// What a process of the control plane does about its machine's clock, as the product's own does it: another clock is asked before
// anything is recorded, where there is one, and from then on. It ends the life of a process whose clock is wrong.
import { ComparedClock, findAgainst, type OtherClock } from '@holdfast/clock';
import type { LedgerReader } from '@holdfast/ledger';
import { RIGHT_WITHIN_MS } from '../engine/right-clock';
import { EPOCH_MS, type Life, never } from './life';
import type { Surroundings } from './surroundings';

export class ClockOfProcess {
  private readonly compared: ComparedClock;

  constructor(
    private readonly life: Life,
    private readonly reader: LedgerReader,
    private readonly world: Surroundings,
  ) {
    const others = world.hasKubernetes ? [clusterClock(world)] : [];
    this.compared = new ComparedClock({
      ...{ clock: life.guarded, others },
      onContradiction: (_, isFirst) => (isFirst ? this.end('a contradiction') : undefined),
    });
    life.guarded.onChange((change) => {
      world.note(`${life.name}'s clock: ${JSON.stringify(change)}`);
      if (change.is === 'confirmed' && change.offMs < 0) reader.clockSetBack();
    });
  }

  /** Never resolves where the clock is not to be recorded with: the process ends. */
  async begin(): Promise<void> {
    const readings = await this.compared.first();
    const finding = findAgainst(this.life.guarded.wall(), readings, this.reader.times);
    if (finding && !this.isAccepted()) return this.end(finding.is);
    this.compared.watch();
  }

  /**
   * What speaks against a right clock is the record of a wrong one, and stays: an operator looks, and says `--accept-clock`. Nobody
   * says so of a wrong one.
   */
  private isAccepted(): boolean {
    const offMs = this.life.guarded.wall() - (EPOCH_MS + this.world.scheduler.nowMs);
    return Math.abs(offMs) <= RIGHT_WITHIN_MS;
  }

  private end(why: string): Promise<never> {
    this.world.note(`${this.life.name} ends: its clock is wrong (${why})`);
    this.life.end();
    return never();
  }
}

const clusterClock = ({ scheduler }: Surroundings): OtherClock => ({
  name: 'cluster',
  read: () => Promise.resolve(EPOCH_MS + scheduler.nowMs),
});
