// The role that keeps OVN's Northbound as the ledger says.
import { systemChance, systemClock } from '@holdfast/clock';
import { comparePositions } from '@holdfast/event-store';
import { NorthboundReconciler, OvsdbNorthbound, type Projection, type ToldRow } from '@holdfast/ovn';
import { Inject, Logger, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../config';
import { type Face, Faces } from '../gateway/status-report';
import { LedgerReader } from '../ledger/ledger-reader';
import { type ProjectionSource, VipProjections } from './vip-projections';

/** How the reconciler's keys of Vips begin. */
const VIP_KEY = 'vip/';

@Module({})
export class OvnProjectorModule implements OnModuleInit, OnApplicationShutdown, Face, ProjectionSource {
  readonly name = 'ovn-northbound';
  private readonly log = new Logger('ovn-projector');
  private readonly northbound: OvsdbNorthbound;
  private readonly reconciler: NorthboundReconciler;
  private stopListening = (): void => undefined;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly reader: LedgerReader,
    faces: Faces,
    projections: VipProjections,
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
    this.reconciler.onDrift(({ key, kind, atMs, message }) =>
      this.log.warn(
        kind === 'conflict'
          ? { msg: 'rows of others are at odds, and OVN serves only one of them', key, why: message, atMs }
          : { msg: 'a row was not as it should be, and was put back', key, kind, atMs },
      ),
    );
    this.stopListening = this.reader.onFacts((facts) => this.reconciler.factsApplied(facts));
    this.reconciler.start();
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
    await this.reconciler.stop();
    await this.northbound.close();
  }
}
