// A real OVN on one machine: Northbound and Southbound, northd, two chassis with a cable between them, and Pods. It
// writes no Northbound row itself, knows nothing of Holdfast, and leaves nothing behind. Any number run side by side.
//
//   Northbound <- northd -> Southbound            unix sockets, which work across network namespaces
//                            ^      ^
//   ch1: ovn-controller -----+      +----- ch2: ovn-controller
//        ovs-vswitchd, netdev datapath          ovs-vswitchd, netdev datapath
//        br-int  br-phy ==== geneve, phy0 ==== br-phy  br-int
//          |                                             |
//        p1 - eth0 of a Pod                            p1 - eth0 of a Pod     each in a namespace of its own
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NORTHBOUND_SCHEMA } from '@holdfast/ovsdb/testing';
import { Chassis } from './chassis';
import { Daemon } from './daemon';
import { Database } from './database';
import { Enclosure } from './enclosure';
import { Pod, type PodOptions } from './pod';

const SOUTHBOUND_SCHEMA = '/usr/share/ovn/ovn-sb.ovsschema';
/** After a restart of the Southbound, clients wait up to 8 seconds before they try again (ovsdb's reconnect). */
const SYNC_TIMEOUT_S = 25;

/** A Pod of a lab is on one of its chassis, said by number. */
export type LabPodOptions = Omit<PodOptions, 'chassis'> & { readonly chassis: 1 | 2 };

export class PacketLab {
  private readonly podsByName = new Map<string, Pod>();

  private constructor(
    private readonly enclosure: Enclosure,
    private readonly northbound: Database,
    private readonly southbound: Database,
    readonly chassis: readonly [Chassis, Chassis],
  ) {}

  /** Resolves once both chassis have programmed what there is, which is nothing yet. */
  static async start(): Promise<PacketLab> {
    const enclosure = await Enclosure.open();
    try {
      const [northbound, southbound] = await Promise.all([
        Database.start(enclosure, join(enclosure.folder, 'nb'), NORTHBOUND_SCHEMA),
        Database.start(enclosure, join(enclosure.folder, 'sb'), SOUTHBOUND_SCHEMA),
      ]);
      const [first, second] = await Promise.all([
        Chassis.start(enclosure, 'ch1', '172.31.77.1', southbound.remote),
        Chassis.start(enclosure, 'ch2', '172.31.77.2', southbound.remote),
        startNorthd(enclosure, northbound, southbound),
      ]);
      const lab = new PacketLab(enclosure, northbound, southbound, [first, second]);
      await Promise.all([first.connect(second), lab.nbctl('init')]);
      await lab.syncHv();
      return lab;
    } catch (error) {
      await enclosure.close();
      throw error;
    }
  }

  /** Of the Northbound, `unix:PATH`: what a control plane is given. */
  get northboundRemote(): string {
    return this.northbound.remote;
  }

  /** Of the Southbound, the same. */
  get southboundRemote(): string {
    return this.southbound.remote;
  }

  /** Where everything of this lab is, as long as it lives. */
  get folder(): string {
    return this.enclosure.folder;
  }

  /** `ovn-nbctl`. */
  nbctl(...args: readonly string[]): Promise<string> {
    const timeout = `--timeout=${SYNC_TIMEOUT_S}`;
    return this.enclosure.run(['ovn-nbctl', `--db=${this.northbound.remote}`, timeout, ...args]);
  }

  /** `ovn-sbctl`. */
  sbctl(...args: readonly string[]): Promise<string> {
    const timeout = `--timeout=${SYNC_TIMEOUT_S}`;
    return this.enclosure.run(['ovn-sbctl', `--db=${this.southbound.remote}`, timeout, ...args]);
  }

  /** Resolves once both chassis have programmed all that is in the Northbound now (ovn-nb(5), `nb_cfg` and `hv_cfg`). */
  async syncHv(): Promise<void> {
    await this.nbctl('--wait=hv', 'sync');
  }

  /** The port's row may come before or after; `whenUp` waits for both. */
  async addPod({ chassis, ...options }: LabPodOptions): Promise<Pod> {
    const pod = await Pod.add(this.enclosure, { ...options, chassis: this.chassis[chassis - 1]! });
    this.podsByName.set(pod.name, pod);
    return pod;
  }

  /** Its name is free then. */
  async removePod(name: string): Promise<void> {
    await this.pod(name).remove();
    this.podsByName.delete(name);
  }

  /** @throws Error when there is none of that name */
  pod(name: string): Pod {
    const pod = this.podsByName.get(name);
    if (!pod) throw new Error(`the lab has no Pod ${name}`);
    return pod;
  }

  /** Resolves once these ports are bound to their interfaces and every chassis knows it. */
  async whenUp(...ports: readonly string[]): Promise<void> {
    await Promise.all(ports.map((port) => this.sbctl('wait-until', 'Port_Binding', port, 'up=true')));
    await this.syncHv();
  }

  /** Kills both ovn-controllers as crashes would, and resolves once new ones have programmed everything. */
  async restartControllers(): Promise<void> {
    await Promise.all(this.chassis.map((chassis) => chassis.restartController()));
    await this.syncHv();
  }

  /** Kills the Southbound's server as a crash would; resolves once all are back. Its rows stay. */
  async restartSouthbound(): Promise<void> {
    await this.southbound.restart();
    await this.syncHv();
  }

  /** Of each of its servers that ended by itself, with the last that it logged: none, while the lab is well. */
  obituaries(): Promise<string[]> {
    return this.enclosure.obituaries();
  }

  /** Resolves once nothing of it is left. */
  async stop(): Promise<void> {
    await this.enclosure.close();
  }
}

async function startNorthd(enclosure: Enclosure, nb: Database, sb: Database): Promise<Daemon> {
  const folder = join(enclosure.folder, 'northd');
  await mkdir(folder);
  const args = [
    `--unixctl=${join(folder, 'northd.ctl')}`,
    `--ovnnb-db=${nb.remote}`,
    `--ovnsb-db=${sb.remote}`,
  ];
  return Daemon.start(enclosure, { program: 'ovn-northd', args, folder });
}
