// The role that keeps OVN's Northbound as the ledger says.
import { systemChance, systemClock } from '@holdfast/clock';
import { comparePositions } from '@holdfast/event-store';
import {
  type Drift,
  NorthboundReconciler,
  OvsdbNorthbound,
  type Projection,
  type ToldRow,
} from '@holdfast/ovn';
import { Inject, Logger, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../config';
import { type Face, Faces } from '../gateway/status-report';
import { type Difference, Differences } from '../health/differences';
import { LedgerReader } from '@holdfast/ledger';
import { StartDifferences } from './start-differences';
import { type ProjectionSource, VipProjections } from './vip-projections';

/** How the reconciler's keys of Vips begin. */
const VIP_KEY = 'vip/';
const DRIFTED = { missing: 'its row was taken away', extra: 'a row was put there in its name' } as const;

@Module({})
export class OvnProjectorModule implements OnModuleInit, OnApplicationShutdown, Face, ProjectionSource {
  readonly name = 'ovn-northbound';
  private readonly log = new Logger('ovn-projector');
  private readonly northbound: OvsdbNorthbound;
  private readonly reconciler: NorthboundReconciler;
  private stopListening = (): void => undefined;
  private starting: StartDifferences | undefined;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly reader: LedgerReader,
    faces: Faces,
    projections: VipProjections,
    private readonly differences: Differences,
  ) {
    const time = { clock: systemClock, chance: systemChance };
    this.northbound = new OvsdbNorthbound({
      remotes: config.northbound as string,
      tls: config.northboundTls,
      ...time,
    });
    this.reconciler = new NorthboundReconciler({
      northbound: this.northbound,
      view: reader.view,
      comparePositions,
      ledgerId: () => reader.ledgerId,
      switchLbVip: config.switchLbVip,
      ...time,
    });
    faces.add(this);
    projections.source = this;
  }

  onModuleInit(): void {
    const found = (difference: Difference): void => this.differences.found(this.name, difference);
    this.reconciler.onDrift((drift) => this.drifted(drift));
    this.stopListening = this.reader.onFacts((facts) => this.reconciler.factsApplied(facts));
    this.reconciler.start();
    const { reconciler, reader } = this;
    this.starting = new StartDifferences({ reconciler, comparePositions, position: reader.position, found });
  }

  private drifted({ key, kind, columns, atMs, message }: Drift): void {
    if (kind === 'conflict')
      return this.log.warn({
        msg: 'rows of others are at odds, and OVN serves only one of them',
        ...{ key, why: message, atMs },
      });
    this.log.warn({ msg: 'a row was not as it should be, and was put back', key, kind, atMs });
    const what = kind === 'changed' ? `its row was changed: ${columns.join(', ')}` : DRIFTED[kind];
    this.differences.found(this.name, { about: key, what, why: 'somebody else did it; it was put back' });
  }

  position(): string | undefined {
    return this.reconciler.status().position;
  }

  trouble(): string | undefined {
    const { trouble, obstacles, conflicts } = this.reconciler.status();
    if (trouble !== undefined) return trouble;
    const [first] = obstacles;
    return first ? `${obstacles.length} not projected: ${first.message}` : conflicts[0]?.message;
  }

  projectionOf(vip: string): Projection | undefined {
    return this.reconciler.projectionOf(vip);
  }

  rowsOf(vip: string): readonly ToldRow[] {
    return this.reconciler.rowsOf(vip);
  }

  onProjected(listener: (vip: string) => void): () => void {
    return this.reconciler.onChange((key) => {
      if (key.startsWith(VIP_KEY)) listener(key.slice(VIP_KEY.length));
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopListening();
    this.starting?.stop();
    await this.reconciler.stop();
    await this.northbound.close();
  }
}
