// A node of the network: Open vSwitch with the userspace datapath and ovn-controller, in a network of its own. What
// is plugged into it is a `Pod`.
import { join } from 'node:path';
import { Daemon } from './daemon';
import { Database } from './database';
import type { Enclosure } from './enclosure';

const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';

/** A cable between two chassis ends in this interface of each, which is in the bridge `br-phy`. */
const CABLE = 'phy0';
/** IPv6 off on all that the chassis' own kernel sees: it has nothing to say to the Pods. */
const NO_IPV6 = 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6';

export class Chassis {
  private cables = 0;

  private constructor(
    readonly name: string,
    /** Where the other chassis reach it. */
    readonly tunnelAddress: string,
    /** The file of its network namespace. */
    readonly network: string,
    private readonly enclosure: Enclosure,
    private readonly database: Database,
    private readonly controller: Daemon,
  ) {}

  /** @param southbound the remote that its ovn-controller is given */
  static async start(
    enclosure: Enclosure,
    name: string,
    tunnelAddress: string,
    southbound: string,
  ): Promise<Chassis> {
    const folder = join(enclosure.folder, name);
    const [database, network] = await Promise.all([
      Database.start(enclosure, folder, SCHEMA),
      enclosure.addNetwork(name),
    ]);
    const env = { OVS_RUNDIR: folder, OVN_RUNDIR: folder, OVS_LOGDIR: folder, OVN_LOGDIR: folder };
    const where = { network, env, folder };
    const vsctl = (...args: readonly string[]): Promise<string> =>
      enclosure.run(['ovs-vsctl', `--db=${database.remote}`, '--timeout=20', ...args], where);
    await enclosure.run(['sh', '-c', NO_IPV6], { network });
    await vsctl('--no-wait', 'set', 'Open_vSwitch', '.', ...identity(name, tunnelAddress, southbound));
    await Daemon.start(enclosure, {
      program: 'ovs-vswitchd',
      args: ['--disable-system', `--unixctl=${join(folder, 'ovs-vswitchd.ctl')}`, database.remote],
      ...where,
    });
    const hardware = `other-config:hwaddr="${macOf(tunnelAddress)}"`;
    await vsctl(...bridge('br-int', 'fail-mode=secure'), '--', ...bridge('br-phy', hardware));
    await enclosure.run(['ip', 'addr', 'add', `${tunnelAddress}/24`, 'dev', 'br-phy'], where);
    await enclosure.run(['ip', 'link', 'set', 'br-phy', 'up'], where);
    const program = 'ovn-controller';
    const controller = await Daemon.start(enclosure, { program, args: [database.remote], ...where });
    return new Chassis(name, tunnelAddress, network, enclosure, database, controller);
  }

  vsctl(...args: readonly string[]): Promise<string> {
    const { network } = this;
    return this.enclosure.run(['ovs-vsctl', `--db=${this.database.remote}`, '--timeout=20', ...args], {
      network,
    });
  }

  /** Lays a cable to another chassis, and has each learn the other's MAC: a tunnel loses its first packet otherwise. */
  async connect(other: Chassis): Promise<void> {
    const link = ['ip', 'link', 'add', CABLE, 'netns', this.network, 'type', 'veth'];
    await this.enclosure.run([...link, 'peer', 'name', CABLE, 'netns', other.network]);
    await Promise.all([this.plugCable(), other.plugCable()]);
    await Promise.all([this.meet(other), other.meet(this)]);
  }

  /** From a new interface of this chassis to `nic` of another network. @returns the interface here */
  async layCable(network: string, nic: string): Promise<string> {
    // The names of Pods can be longer than the 15 bytes of an interface's.
    const cable = `p${++this.cables}`;
    const link = ['ip', 'link', 'add', cable, 'netns', this.network, 'type', 'veth'];
    await this.enclosure.run([...link, 'peer', 'name', nic, 'netns', network]);
    await this.setCarrier(cable, 'up');
    return cable;
  }

  /** Of the other end of the cable. */
  async setCarrier(cable: string, state: 'up' | 'down'): Promise<void> {
    await this.enclosure.run(['ip', 'link', 'set', cable, state], { network: this.network });
  }

  /** Says which Logical_Switch_Port an interface here is; ovn-controller claims it. */
  async bind(cable: string, port: string): Promise<void> {
    const identity = ['set', 'interface', cable, `external_ids:iface-id=${port}`];
    await this.vsctl('add-port', 'br-int', cable, '--', ...identity);
  }

  async removeCable(cable: string): Promise<void> {
    await this.vsctl('del-port', 'br-int', cable);
    await this.enclosure.run(['ip', 'link', 'del', cable], { network: this.network });
  }

  /** As a crash of the node's agent: what it programmed stays, until it is back and programs it anew. */
  async restartController(): Promise<void> {
    await this.controller.kill();
    await this.controller.start();
  }

  private async plugCable(): Promise<void> {
    const { network } = this;
    const up = 'ethtool -K "$1" tx off; ethtool -K br-phy tx off; ip link set "$1" up';
    await this.enclosure.run(['sh', '-ec', up, 'sh', CABLE], { network });
    await this.vsctl('add-port', 'br-phy', CABLE);
  }

  private async meet(other: Chassis): Promise<void> {
    const argv = ['arping', '-f', '-w', '10', '-I', 'br-phy', other.tunnelAddress];
    await this.enclosure.run(argv, { network: this.network });
  }
}

function identity(name: string, tunnelAddress: string, southbound: string): readonly string[] {
  return [
    `external_ids:system-id=${name}`,
    `external_ids:ovn-remote=${southbound}`,
    'external_ids:ovn-encap-type=geneve',
    `external_ids:ovn-encap-ip=${tunnelAddress}`,
  ];
}

/** Fixed, as a bridge changes its own with its ports, and who learned the former sends into the void. */
function macOf(tunnelAddress: string): string {
  const octets = tunnelAddress.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
  return ['02', '00', ...octets].join(':');
}

function bridge(name: string, ...settings: readonly string[]): readonly string[] {
  return ['add-br', name, '--', 'set', 'bridge', name, 'datapath_type=netdev', ...settings];
}
