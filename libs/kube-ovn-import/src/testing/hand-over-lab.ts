// A Northbound as Kube-OVN left it, a ledger to go with it, and what moves the one over to the other.
import { systemChance, systemClock } from '@holdfast/clock';
import { type HandedOver, NorthboundHandOver } from '../northbound/northbound-hand-over';
import type { PortToTakeOver, TakeOverPlan } from '../northbound/plan-take-over';
import type { SwitchPortRow } from '@holdfast/ovn/planning';
import {
  compareNumbers,
  kubeOvnPort,
  kubeOvnSwitch,
  NorthboundLab,
  type RunningReconciler,
  TestLedger,
} from '@holdfast/ovn/testing';

export const LEDGER_ID = 'ledger-1';

const TABLES = [
  ...(['Logical_Switch', 'Logical_Switch_Port', 'Logical_Router'] as const),
  ...(['Logical_Router_Port', 'Load_Balancer'] as const),
] as const;

export class HandOverLab {
  readonly ledger = new TestLedger({ id: LEDGER_ID });
  /** As it read the Northbound last. */
  handOver: NorthboundHandOver;

  private constructor(readonly lab: NorthboundLab) {
    this.handOver = this.open();
  }

  /** With one Subnet, `blue`, of both families, whose switch is on a router. */
  static async start(): Promise<HandOverLab> {
    const started = new HandOverLab(await NorthboundLab.start());
    started.ledger.define('blue', '10.17.0.0/16', 'fd17::/64');
    await started.lab.nbctl('init', '--', 'lr-add', 'vpc');
    await started.lab.nbctl(...kubeOvnSwitch('blue', 'vpc', '10.17.0.1/16'));
    return started;
  }

  open(timeoutMs = 10_000): NorthboundHandOver {
    const time = { clock: systemClock, chance: systemChance };
    const options = { remotes: this.lab.server.unix, comparePositions: compareNumbers, timeoutMs, ...time };
    return new NorthboundHandOver(options);
  }

  async stop(): Promise<void> {
    await this.handOver.close();
    await this.lab.stop();
  }

  /** What others wrote until now is told to a new connection for sure, and to an old one soon. */
  async readAgain(): Promise<NorthboundHandOver> {
    await this.handOver.close();
    this.handOver = this.open();
    await this.handOver.whenRead();
    return this.handOver;
  }

  /** A port of a Pod of namespace `default`, on `blue`. @param addresses "MAC IP IP" */
  made(name: string, addresses: string, more: object = {}): Promise<string> {
    const pod = `default/${name.split('.')[0]}`;
    return this.lab.nbctl(...kubeOvnPort('blue', name, { addresses, pod, ...more }));
  }

  /** In the ledger: the Pod's address and its port. */
  reserved(name: string, v4: string, mac: number, more: object = {}): void {
    const port = `${name}.default`;
    this.ledger.reservePort('blue', `pod/default/${name}`, { v4, mac, families: [4], port, ...more });
  }

  get mark(): { readonly position: string | undefined; readonly ledger: string } {
    return { position: this.ledger.view.position, ledger: LEDGER_ID };
  }

  async plan(): Promise<TakeOverPlan> {
    return (await this.readAgain()).plan(this.ledger.view);
  }

  async take(): Promise<HandedOver<PortToTakeOver>> {
    const { ports } = await this.plan();
    return this.handOver.takeOver(ports, this.mark);
  }

  /** By name. */
  async portRows(): Promise<Record<string, SwitchPortRow>> {
    const rows = await this.lab.rowsOf('Logical_Switch_Port');
    return Object.fromEntries(rows.map((row) => [row.name, row]));
  }

  /** Everything in the Northbound but the checkpoint. */
  everything(): Promise<unknown> {
    return Promise.all(TABLES.map((table) => this.lab.rowsOf(table)));
  }

  async project(): Promise<RunningReconciler> {
    const reconciler = this.lab.reconciler(this.ledger);
    await reconciler.whenSettled();
    return reconciler;
  }
}
