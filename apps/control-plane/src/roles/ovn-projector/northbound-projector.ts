// Keeps OVN's Northbound as the ledger says, as a service of this process.
import { systemChance } from '@holdfast/clock';
import { comparePositions } from '@holdfast/event-store';
import { LedgerIdentity, LedgerReader, SideComparisons } from '@holdfast/ledger';
import {
  type Drift,
  NorthboundReconciler,
  OvsdbNorthbound,
  type RowProjection,
  type RowSummary,
} from '@holdfast/ovn';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { planeClock } from '../../clock/plane-clock';
import { CONFIG, type Config } from '../../config';
import { type Difference, Differences } from '../../health/differences';
import { type FollowedFrom, progressOf } from '../../health/followers';
import { northboundTroubles } from '../../health/northbound-troubles';
import type { ServerConnection, Progress, ProjectorHealth } from '../../health/projectors';
import type { HealthTrouble } from '../../health/trouble';
import { hasOtherWriters } from '../../ledger/open-store';
import { StartDifferences } from './start-differences';

/** How the reconciler's keys of Vips begin. */
const VIP_KEY = 'vip/';
const DRIFTED = { missing: 'its row was taken away', extra: 'a row was put there in its name' } as const;

@Injectable()
export class NorthboundProjector implements ProjectorHealth {
  readonly name = 'ovn-northbound';
  readonly roles = ['ovn-projector'] as const;
  private readonly server: string;
  private from: FollowedFrom | undefined;
  private troublesChanged = (): void => undefined;
  private readonly log = new Logger('ovn-projector');
  private readonly northbound: OvsdbNorthbound;
  private readonly reconciler: NorthboundReconciler;
  private readonly isSoleWriter: boolean;
  private starting: StartDifferences | undefined;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly reader: LedgerReader,
    identity: LedgerIdentity,
    private readonly sides: SideComparisons,
    private readonly differences: Differences,
  ) {
    const time = { clock: planeClock, chance: systemChance };
    this.isSoleWriter = !hasOtherWriters(config.store);
    this.server = config.northbound as string;
    this.northbound = new OvsdbNorthbound({
      remotes: config.northbound as string,
      tls: config.northboundTls,
      ...time,
    });
    this.reconciler = new NorthboundReconciler({
      northbound: this.northbound,
      view: reader.view,
      onFacts: (listener) => reader.onFacts(listener),
      comparePositions,
      ledger: identity,
      switchLbVip: config.switchLbVip,
      onPermission: () => this.permissionChanged(),
      ...time,
    });
  }

  start(): void {
    const found = (difference: Difference): void => this.differences.found(this.name, difference);
    this.reconciler.onDrift((drift) => this.drifted(drift));
    this.from = { position: this.reader.position, atMs: planeClock.now() };
    this.reconciler.start();
    const { reconciler, reader } = this;
    this.starting = new StartDifferences({ reconciler, comparePositions, position: reader.position, found });
  }

  /** Where nobody else writes this ledger, whoever else has the lock is of another one: it is to be had first. */
  private permissionChanged(): void {
    this.troublesChanged();
    const { fence, wasEverActive } = this.reconciler;
    const { verdict, found: mark = {} } = fence;
    if (verdict) this.sides.fence('northbound', verdict, { mark });
    else if (fence.state === 'open' && (wasEverActive || !this.isSoleWriter)) this.sides.agrees('northbound');
  }

  private drifted({ key, kind, columns, atMs, message }: Drift): void {
    if (kind === 'conflict')
      return this.log.warn({
        msg: 'conflicting foreign rows',
        ...{ key, why: message, atMs },
      });
    this.log.warn({ msg: 'row drifted; repaired', key, kind, atMs });
    const what = kind === 'changed' ? `its row was changed: ${columns.join(', ')}` : DRIFTED[kind];
    this.differences.found(this.name, { about: key, what, why: 'somebody else did it; it was put back' });
  }

  progress(): Progress {
    const status = this.reconciler.status();
    return progressOf(status, status.due, this.reader, this.from);
  }

  troubles(): readonly HealthTrouble[] {
    return northboundTroubles(this.reconciler.status(), this.server);
  }

  onTroubles(listener: () => void): void {
    this.troublesChanged = listener;
  }

  /** What keeps everything from being written, for people. */
  get stopped(): string | undefined {
    const stopping = this.troubles().find(({ stops }) => stops);
    return stopping && `Nothing is written there now: ${stopping.message}`;
  }

  connection(): ServerConnection {
    return { isUp: this.reconciler.status().connected, count: this.northbound.connections };
  }

  drift(): { readonly found: number; readonly repaired: number } {
    const { drifts, driftsRepaired } = this.reconciler.status().counts;
    return { found: drifts, repaired: driftsRepaired };
  }

  projectionOf(vip: string): RowProjection | undefined {
    return this.reconciler.projectionOf(vip);
  }

  /** What it has in the Northbound now, whether or not it should be there. */
  rowsOf(vip: string): readonly RowSummary[] {
    return this.reconciler.rowsOf(vip);
  }

  /** Calls `listener` with each Vip about which something else is known now. Returns how to stop. */
  onProjected(listener: (vip: string) => void): () => void {
    return this.reconciler.onChange((key) => {
      if (key.startsWith(VIP_KEY)) listener(key.slice(VIP_KEY.length));
    });
  }

  async stop(): Promise<void> {
    this.starting?.stop();
    await this.reconciler.stop();
    await this.northbound.close();
  }
}
